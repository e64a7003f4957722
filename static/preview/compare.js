// The same story as the page's own markup, in the iframe and in the element's shadow root: the same, or where not.
import { h, put } from "./dom.js";
import { sceneQuery, state } from "./state.js";
import { pretty, source } from "./source.js";

const WIDE = 400;
const shape = (node) => {
  const { width, height } = node.getBoundingClientRect();
  const { color, fontSize } = node.ownerDocument.defaultView.getComputedStyle(node);
  const name = node.localName + (node.classList[0] ? "." + node.classList[0] : "");
  const inside = !node.matches("[data-inlay]") && !node.parentElement.checkVisibility();
  return { name, inside, box: `${Math.round(width)}×${Math.round(height)}`, ink: `${color}, ${fontSize}` };
};
const settle = (src, wide, find) =>
  new Promise((done) => {
    const frame = h("iframe", { class: "hidden", title: "Comparison", src, style: { "inline-size": `${wide}px`, "block-size": "600px" } });
    frame.addEventListener("load", () => {
      let tries = 0;
      const look = () => {
        const found = find(frame.contentDocument);
        if (!found && tries++ < 40) return setTimeout(look, 50);
        const shapes = found ? [found, ...found.querySelectorAll("*")].map(shape) : [];
        done({ html: found?.outerHTML || "", shapes });
        frame.remove();
      };
      look();
    });
    document.body.append(frame);
  });
// Ids differ by place, on purpose; what scripts add is no markup of ours.
const plain = (html) => {
  const ids = html.match(/\b(i[0-9a-f]{8}|u1)(?=[-"\s])/)?.[1];
  return pretty(html.replace(/ data-htmx-powered="[^"]*"/g, "").replaceAll(ids || "\0", "uid"));
};
const differences = (one, other) => {
  const rows = [];
  for (let at = 0; at < Math.max(one.length, other.length) && rows.length < 30; at++) if (one[at] !== other[at]) rows.push([at + 1, one[at] || "", other[at] || ""]);
  return rows;
};
// Of a box that is not drawn at all, its own line says it; what is in it is not listed again.
const drawnLike = (one, other) => {
  if (one.length != other.length) return [];
  const shown = ({ inside, name, box, ink }) => (inside ? "" : `${name} ${box} ${ink}`);
  const rows = one.map((each, at) => (each.inside || other[at].inside ? ["", ""] : [shown(each), shown(other[at])]));
  return differences(rows.map(([was]) => was), rows.map(([, is]) => is));
};
const verdict = (title, rows, good) => [
  h("h3", {}, title),
  rows.length
    ? h("table", { class: "diff" }, rows.map(([line, was, is]) => h("tr", {}, h("th", {}, line), h("td", {}, was), h("td", {}, is))))
    : h("p", { class: "all-good" }, good),
];

export const drawCompare = async (body) => {
  put(body, h("p", { class: "doc" }, "Comparing…"));
  const { tag, story } = state;
  if (source.error) return put(body, h("p", { class: "problem" }, source.error));
  const inElement = (doc) => doc.querySelector(`inlay-${tag}`)?.shadowRoot?.querySelector("[data-inlay]");
  const alone = (mount) => settle(`/preview/element/${tag}/${story}?${sceneQuery({ mount })}`, WIDE + 32, inElement);
  const [page, frame, element] = await Promise.all([
    alone("page"),
    settle(`/preview/frame/${tag}/${story}?${sceneQuery()}`, WIDE, (doc) => doc.querySelector("[data-inlay]")),
    alone("element"),
  ]);
  if (state.tab != "compare" || tag != state.tag || story != state.story) return;
  const markup = (one, other) => differences(plain(one.html).split("\n"), plain(other.html).split("\n"));
  const size = (title, { shapes: [first] }) => h("div", {}, h("dt", {}, title), h("dd", {}, first?.box || "none"));
  put(body,
    h("p", { class: "doc" }, `The same story three ways, each ${WIDE} px wide. Where they differ, the first-named is on the left.`),
    h("dl", { class: "facts" }, size("Page", page), size("Iframe", frame), size("Element", element)),
    h("section", {}, verdict("Page and iframe", markup(page, frame), "The same markup, node by node"), verdict("Iframe and element", markup(frame, element), "The same markup, node by node"),
      verdict("Drawn: iframe, and the others", [...drawnLike(frame.shapes, page.shapes), ...drawnLike(frame.shapes, element.shapes)], "Each box has the same size, ink and letters")));
};
