// Overlays on the panel: outlines, sizes under the pointer, targets below 24 px, the order of the tab key.
import { inner, panelDocument, panelWindow, root } from "./canvas.js";
import { set, state } from "./state.js";

export const TOOLS = [["outline", "Outline boxes (o)"], ["measure", "Measure under the pointer (m)"], ["targets", "Target sizes (t)"], ["order", "Tab order"]];
export const has = (name) => state.tools.split(",").includes(name);
export const toggleTool = (name) => {
  const now = new Set(state.tools.split(",").filter(Boolean));
  now.has(name) ? now.delete(name) : now.add(name);
  set({ tools: [...now].join(",") });
};

const FOCUSABLE = "a[href],button,input,select,textarea,summary,[tabindex]:not([tabindex='-1'])";
const OUTLINE = "*{outline:1px solid color-mix(in srgb,#5b5bd6 55%,transparent);outline-offset:-1px}";
let sheets = new WeakMap();

const mark = (doc, layer, box, text, colour) => {
  const { scrollX, scrollY } = doc.defaultView;
  const one = doc.createElement("i");
  Object.assign(one.style, {
    position: "absolute", insetInlineStart: "auto", left: `${box.left + scrollX}px`, top: `${box.top + scrollY}px`,
    width: `${box.width}px`, height: `${box.height}px`, outline: `2px solid ${colour}`, background: `${colour}1f`, borderRadius: "2px",
  });
  const label = doc.createElement("b");
  label.textContent = text;
  Object.assign(label.style, {
    position: "absolute", left: "0", top: box.top > 16 ? "-16px" : "100%", font: "600 10px/14px ui-monospace,monospace", color: "#fff",
    background: colour, padding: "1px 4px", borderRadius: "3px", whiteSpace: "nowrap",
  });
  one.append(label);
  layer.append(one);
};

const layerOf = (doc) => {
  doc.querySelectorAll("[data-preview-layer]").forEach((each) => each.remove());
  const layer = doc.createElement("div");
  layer.dataset.previewLayer = "";
  layer.ariaHidden = "true";
  Object.assign(layer.style, { position: "absolute", inset: "0", pointerEvents: "none", zIndex: 2147483647, direction: "ltr" });
  doc.documentElement.append(layer);
  return layer;
};

const outline = (where, on) => {
  const view = panelWindow();
  if (!where || !view) return;
  let sheet = sheets.get(where);
  if (!sheet) {
    sheet = new view.CSSStyleSheet();
    sheet.replaceSync(OUTLINE);
    sheets.set(where, sheet);
  }
  const others = [...where.adoptedStyleSheets].filter((each) => each != sheet);
  where.adoptedStyleSheets = on ? [...others, sheet] : others;
};

const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
export const smallTargets = (where) =>
  [...(where?.querySelectorAll(FOCUSABLE) || [])].filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return seen(each) && (width < 24 || height < 24);
  });

let listening = new WeakSet();
export const drawTools = () => {
  const doc = panelDocument();
  const where = root();
  if (!doc?.documentElement || !where) return;
  outline(where, has("outline"));
  const layer = layerOf(doc);
  const all = [...where.querySelectorAll(FOCUSABLE)].filter(seen);
  if (has("targets"))
    for (const each of all) {
      const box = each.getBoundingClientRect();
      mark(doc, layer, box, `${Math.round(box.width)}×${Math.round(box.height)}`, box.width < 24 || box.height < 24 ? "#d92d20" : "#12805c");
    }
  if (has("order")) all.forEach((each, at) => mark(doc, layer, each.getBoundingClientRect(), String(at + 1), "#5b5bd6"));
  if (listening.has(where)) return;
  listening.add(where);
  const hover = where.nodeType == 9 ? where : where;
  let over;
  hover.addEventListener("pointermove", ({ target }) => {
    if (!has("measure") || target == over) return;
    over = target;
    const fresh = layerOf(doc);
    const box = target.getBoundingClientRect();
    const style = doc.defaultView.getComputedStyle(target);
    const name = target.localName + (target.classList[0] ? "." + target.classList[0] : "");
    mark(doc, fresh, box, `${name} ${Math.round(box.width)}×${Math.round(box.height)} · pad ${style.padding} · ${style.fontSize}`, "#c4320a");
  });
};

// Shows a node that a check names, in the panel.
export const point = (target) => {
  const doc = panelDocument();
  let node = root()?.querySelector(target[target.length - 1]) || doc?.querySelector(target[0]);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  mark(doc, layerOf(doc), node.getBoundingClientRect(), "here", "#d92d20");
  inner()?.scrollIntoView({ block: "nearest" });
};
