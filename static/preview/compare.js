// The same story in every mount: the same markup, boxes and pixels, or where not.
import { h, icon, put } from "./dom.js";
import { sceneQuery, state, theme } from "./state.js";
import { pretty, source } from "./source.js";
import { rootOf } from "./canvas.js";

const WIDE = 320;
const ROOM = 16; // around an element on its page
const MOUNTS = { frame: "Iframe", sandbox: "Sandbox", page: "Page", element: "Element", closed: "Closed" };
const isFrame = (mount) => mount == "frame" || mount == "sandbox";
const mountAddress = (mount) => (isFrame(mount) ? `/preview/frame/${state.tag}/${state.story}?${sceneQuery()}` : `/preview/element/${state.tag}/${state.story}?${sceneQuery({ mount })}`);

// What a sandbox without our origin shows, it has to say itself.
const askDrawn = (frame) =>
  new Promise((done) => {
    const hear = ({ data, source: from }) => {
      if (from != frame.contentWindow || data?.inlayPreview != "drawn") return;
      removeEventListener("message", hear);
      done(data);
    };
    addEventListener("message", hear);
    frame.contentWindow.postMessage({ inlayAsk: "drawn" }, "*");
  });
// An element is there when its fragment is; one that never comes is shown as nothing.
const lookDrawn = async (frame, mount, tag, tries = 60) => {
  const view = frame.contentWindow;
  const node = (isFrame(mount) ? view?.document : rootOf(view?.document, tag))?.querySelector("[data-inlay]");
  if (node || !tries || !frame.isConnected) return view?.inlayDrawn?.(node) || { html: "", shapes: [] };
  await new Promise((later) => setTimeout(later, 50));
  return lookDrawn(frame, mount, tag, tries - 1);
};
const mounted = (mount) => {
  const { tag } = state;
  const more = isFrame(mount) ? 0 : 2 * ROOM;
  const frame = h("iframe", {
    title: MOUNTS[mount], src: mountAddress(mount), scrolling: "no", sandbox: mount == "sandbox" && "allow-scripts allow-forms",
    style: { "inline-size": `${WIDE + more}px`, "block-size": "4000px", margin: `${-more / 2}px` },
  });
  const drawn = new Promise((done) => {
    frame.addEventListener("load", async () => done(await (mount == "sandbox" ? askDrawn(frame) : lookDrawn(frame, mount, tag))), { once: true });
  });
  return { box: h("div", { class: "sheetlet" }, frame), drawn };
};

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
  if (one.length != other.length) return [["", `${one.length} boxes`, `${other.length} boxes`]];
  const shown = ({ inside, name, box, ink }) => (inside ? "" : `${name} ${box} ${ink}`);
  const rows = one.map((each, at) => (each.inside || other[at].inside ? ["", ""] : [shown(each), shown(other[at])]));
  return differences(rows.map(([was]) => was), rows.map(([, is]) => is));
};
const verdict = (title, rows, good, names) => [
  h("h3", {}, title),
  rows.length
    ? h("table", { class: "diff" }, h("tr", {}, h("th", {}), names.map((name) => h("th", {}, name))), rows.map(([line, was, is]) => h("tr", {}, h("th", {}, line), h("td", {}, was), h("td", {}, is))))
    : h("p", { class: "all-good" }, good),
];

// One over the other, and of each point what is left when both are subtracted: black where they are the same. The
// browser does that with the live panels, so it is what is seen. What is left is made sixteen times as bright.
let against = "element";
let comparing = 0;
const many = (rows) => (rows.length ? h("b", { class: "unlike" }, `${rows.length < 30 ? rows.length : "30 or more"} differ`) : h("b", { class: "alike" }, icon("check"), "same"));
const mountRow = (mount, { markup, boxes, size }, pick) =>
  h("tr", { "data-mount": mount, "aria-selected": String(mount == against) },
    h("th", {}, h("button", { type: "button", "aria-pressed": String(mount == against), onclick: () => pick(mount) }, MOUNTS[mount])),
    h("td", {}, many(markup)), h("td", {}, many(boxes)), h("td", {}, size));

export const drawCompare = async (body) => {
  const mine = ++comparing;
  if (source.error) return put(body, h("p", { class: "problem" }, source.error));
  const mounts = Object.fromEntries(Object.keys(MOUNTS).map((mount) => [mount, mounted(mount)]));
  const pixels = h("div", { class: "pixels", role: "img", "data-scheme": theme(), style: { "inline-size": `${WIDE}px` } }, Object.values(mounts).map(({ box }) => box));
  const told = h("section", { "aria-busy": "true" }, h("p", { class: "doc" }, "Mounting it five times…"));
  const details = h("section", {});
  put(body, h("p", { class: "doc" }, `The same story as an iframe, and as all else that it is mounted as, each ${WIDE} px wide. Choose one to see where it differs.`), told, pixels, details);
  const drawn = Object.fromEntries(await Promise.all(Object.entries(mounts).map(async ([mount, each]) => [mount, await each.drawn])));
  if (mine != comparing || state.tab != "compare") return;
  const { frame } = drawn;
  const found = Object.fromEntries(Object.entries(drawn).slice(1).map(([mount, each]) => [mount, {
    markup: differences(plain(frame.html).split("\n"), plain(each.html).split("\n")), boxes: drawnLike(frame.shapes, each.shapes), size: each.shapes[0]?.box || "nothing",
  }]));
  const pick = (mount) => {
    against = mount;
    for (const name in mounts) mounts[name].box.classList.toggle("away", name != "frame" && name != mount);
    const tall = Math.ceil(Math.max(...[frame, drawn[mount]].map(({ shapes: [first] }) => first?.height || 0)));
    pixels.style.blockSize = `${tall}px`;
    pixels.ariaLabel = `Difference of Iframe and ${MOUNTS[mount]}`;
    pixels.dataset.ready = mount;
    told.ariaBusy = "false";
    put(told, h("table", { class: "mounts" }, h("thead", {}, h("tr", {}, ["", "Markup", "Boxes", "Size"].map((title) => h("th", {}, title)))),
      h("tbody", {}, h("tr", {}, h("th", {}, MOUNTS.frame), h("td", {}), h("td", {}), h("td", {}, frame.shapes[0]?.box || "nothing")), Object.entries(found).map(([name, each]) => mountRow(name, each, pick)))),
      h("h3", {}, `Pixels: Iframe and ${MOUNTS[mount]}`), h("p", { class: "doc" }, "One laid over the other and subtracted: black is the same, all else is bright."));
    const names = [MOUNTS.frame, MOUNTS[mount]];
    put(details, verdict("Markup", found[mount].markup, "The same markup, node by node", names), verdict("Boxes", found[mount].boxes, "Each box has the same size, ink and letters", names));
  };
  pick(against);
};
