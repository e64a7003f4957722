// One story in every combination of what is chosen: theme, direction and locale, width, zoom.
import { h, put } from "./dom.js";
import { component, sceneQuery, set, state } from "./state.js";

const fit = (frame) => {
  const body = frame.contentDocument?.body;
  if (!body) return;
  const size = () => (frame.style.blockSize = `${Math.min(900, Math.max(28, body.offsetHeight))}px`);
  new frame.contentWindow.ResizeObserver(size).observe(body);
  size();
};
// What is far below is loaded when it comes near.
const cell = (tag, name, query, width) => {
  const frame = h("iframe", { title: `${tag}, ${name}`, src: `/preview/frame/${tag}/${name}?${query}`, loading: "lazy", scrolling: "no", style: { "inline-size": `${width}px` } });
  frame.addEventListener("load", () => fit(frame));
  return frame;
};

const AXES = {
  theme: ["Theme", [["light", "Light", { theme: "light" }], ["dark", "Dark", { theme: "dark" }]]],
  locale: ["Direction, locale", [["en", "English", { locale: "en" }], ["de", "Deutsch", { locale: "de-DE" }], ["ar", "Arabic, RTL", { locale: "ar" }], ["xa", "Pseudo +40 %", { locale: "en-XA" }]]],
  width: ["Width", [["320", "320 px", { width: 320 }], ["400", "400 px", { width: 400 }], ["640", "640 px", { width: 640 }]]],
  zoom: ["Zoom", [["1", "100 %", { zoom: 1 }], ["2", "200 %", { zoom: 2 }]]],
};
const chosen = () => state.axes.split(",").filter((name) => name in AXES);
const toggle = (name) => {
  const now = new Set(chosen());
  now.has(name) ? now.delete(name) : now.add(name);
  set({ axes: Object.keys(AXES).filter((each) => now.has(each)).join(",") });
};
const product = (axes) =>
  axes.reduce((all, axis) => all.flatMap((one) => AXES[axis][1].map(([, title, change]) => ({ titles: [...one.titles, title], ...one.change, change: { ...one.change, ...change } }))), [{ titles: [], change: {} }]);

export const drawMatrix = (stage) => {
  const { tag, inline } = component();
  const cells = product(chosen());
  put(stage,
    h("div", { class: "axes", role: "group", "aria-label": "Axes" }, Object.entries(AXES).map(([name, [title, values]]) =>
      h("label", {}, h("input", { type: "checkbox", checked: chosen().includes(name), onchange: () => toggle(name) }), title, h("small", {}, values.length))),
      h("output", {}, `${cells.length} panels`)),
    h("div", { class: "strip", "data-inline": String(inline) }, cells.map(({ titles, change }) => {
      const { width = inline ? 220 : 360, zoom = 1, ...scene } = change;
      const frame = cell(tag, state.story, sceneQuery({ theme: "light", ...scene }), width);
      if (zoom != 1) frame.style.zoom = zoom;
      const scale = inline ? 1 : state.scale / 100;
      return h("figure", { "data-theme": scene.theme || "light" }, h("figcaption", {}, titles.join(" · ") || "As it is"), h("div", { style: { zoom: scale } }, frame));
    })));
};
