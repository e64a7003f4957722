// The same story in the iframe and in the element's shadow root: the same markup, or where not.
import { h, put } from "./dom.js";
import { sceneQuery, state } from "./state.js";
import { pretty, source } from "./source.js";

const settle = (src, find) =>
  new Promise((done) => {
    const frame = h("iframe", { class: "hidden", title: "Comparison", src, style: { "inline-size": "400px", "block-size": "600px" } });
    const end = (value) => (frame.remove(), done(value));
    frame.addEventListener("load", () => {
      let tries = 0;
      const look = () => {
        const found = find(frame.contentDocument);
        if (found || tries++ > 40) {
          const box = found?.getBoundingClientRect();
          end({ html: found?.outerHTML || "", size: found ? `${Math.round(box.width)}×${Math.round(box.height)}` : "" });
        } else setTimeout(look, 50);
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
  const [a, b] = [one.split("\n"), other.split("\n")];
  const rows = [];
  for (let at = 0; at < Math.max(a.length, b.length) && rows.length < 30; at++) if (a[at] !== b[at]) rows.push([at + 1, a[at] || "", b[at] || ""]);
  return rows;
};

export const drawCompare = async (body) => {
  put(body, h("p", { class: "doc" }, "Comparing…"));
  const { tag, story } = state;
  if (source.error) return put(body, h("p", { class: "problem" }, source.error));
  const [frame, element] = await Promise.all([
    settle(`/preview/frame/${tag}/${story}?${sceneQuery()}`, (doc) => doc.querySelector("[data-inlay]")),
    settle(`/preview/element/${tag}/${story}?${sceneQuery()}`, (doc) => doc.querySelector(`inlay-${tag}`)?.shadowRoot?.querySelector("[data-inlay]")),
  ]);
  if (state.tab != "compare" || tag != state.tag || story != state.story) return;
  const rows = differences(plain(frame.html), plain(element.html));
  put(body,
    h("dl", { class: "facts" }, h("div", {}, h("dt", {}, "Iframe"), h("dd", {}, frame.size)), h("div", {}, h("dt", {}, "Element"), h("dd", {}, element.size)), h("div", {}, h("dt", {}, "Render"), h("dd", {}, `${source.micros ?? "?"} µs`))),
    h("section", {}, h("h3", {}, "Iframe and element"), rows.length
      ? h("table", { class: "diff" }, rows.map(([line, was, is]) => h("tr", {}, h("th", {}, line), h("td", {}, was), h("td", {}, is))))
      : h("p", { class: "all-good" }, "The same markup, node by node")));
};
