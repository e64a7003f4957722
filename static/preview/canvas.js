// The canvas: a host's page in a frame, and in it the panel in a frame of its own, with the headers of production.
import { h, lendKeys, put } from "./dom.js";
import { component, sceneQuery, set, state } from "./state.js";
import { checkSoon } from "./checks.js";
import { drawTools } from "./tools.js";

let page;
let loaded = "";
let kept;

const pageAddress = () => `/preview/host/${state.host}/${state.tag}/${state.story}?${sceneQuery({ mount: state.mount })}`;
export const inner = () => page?.contentWindow?.inlayHost?.frame;
// Into a sandbox without our origin nobody can look: there is no window then.
export const panelWindow = () =>
  state.mount == "sandbox" ? undefined : state.mount == "frame" ? inner()?.contentWindow : page?.contentWindow;
export const panelDocument = () => panelWindow()?.document;
export const hostWindow = () => page?.contentWindow;
// The shadow root of an element of ours, also of one whose root is closed to everybody else.
export const rootOf = (doc, tag) => {
  const element = doc?.querySelector(`inlay-${tag}`);
  return element?.shadowRoot || (element && doc.defaultView.inlayRoot?.(element));
};
// Where the component's own markup is: in the panel's page, or in the element's shadow root.
export const root = () => {
  const doc = panelDocument();
  return state.mount == "frame" ? doc : rootOf(doc, state.tag);
};

const openOnes = () => [...(root()?.querySelectorAll("details") || [])].map((each) => each.open);
const remember = () => {
  if (hostWindow()?.document) kept = { panel: panelWindow()?.scrollY || 0, host: hostWindow().scrollY, open: openOnes() };
};
const restore = () => {
  if (!kept) return;
  root()?.querySelectorAll("details").forEach((each, at) => (each.open = kept.open[at] ?? each.open));
  panelWindow()?.scrollTo(0, kept.panel);
  const { host } = kept;
  hostWindow()?.scrollTo(0, host);
  // the panel has told its height by then
  for (const later of [200, 350]) setTimeout(() => hostWindow()?.scrollTo(0, host), later);
  kept = undefined;
};

const dress = () => {
  const doc = page.contentDocument;
  if (!doc?.documentElement) return;
  if (state.width) doc.documentElement.style.setProperty("--wide", state.width + "px");
  else doc.documentElement.style.removeProperty("--wide");
  const slot = doc.querySelector("[data-slot] > :is(iframe, [connection])");
  if (slot) slot.style.zoom = state.zoom == "100" ? "" : state.zoom / 100;
  const inlayWeather = { latency: Number(state.latency), offline: !!state.offline };
  for (const each of [page.contentWindow, inner()?.contentWindow]) each?.postMessage({ inlayWeather }, "*");
};
const measured = () => {
  const panel = page.contentDocument?.querySelector("[data-slot] > :is(iframe, [connection], inlay-" + state.tag + ")");
  const label = document.querySelector("#stage .size");
  if (!panel || !label) return;
  const tell = () => {
    const { width, height } = panel.getBoundingClientRect();
    label.textContent = `${Math.round(width)} × ${Math.round(height)} px`;
  };
  new page.contentWindow.ResizeObserver(tell).observe(panel);
  tell();
};
const ready = () => {
  document.documentElement.dataset.shown ||= Math.round(performance.now());
  dress();
  restore();
  for (const each of [page.contentWindow, panelWindow()]) lendKeys(each);
  measured();
  drawTools();
  checkSoon();
};
// An element is there when its fragment is; one whose args are wrong never is.
const drawn = (tries) => (root()?.querySelector("[data-inlay]") || !tries ? ready() : setTimeout(drawn, 50, tries - 1));
const onPage = () => {
  dress();
  const frame = inner();
  if (!frame) return drawn(40);
  if (state.mount == "sandbox") return ready();
  frame.addEventListener("load", () => {
    dress();
    setTimeout(ready, 30);
  });
  if (frame.contentDocument?.readyState == "complete" && frame.contentDocument.URL != "about:blank") ready();
};

const load = () => {
  const next = pageAddress();
  const [before] = loaded.split("?");
  const same = before.split("/").slice(0, 5).join("/") == next.split("/").slice(0, 5).join("/");
  const frame = inner();
  const [, mount] = loaded.match(/mount=(\w+)/) || [];
  if (loaded && same && frame && state.mount == "frame" && mount == "frame" && before == next.split("?")[0]) {
    // Only the scene is another one: the host's page stays.
    frame.contentWindow.location.replace(`/preview/frame/${state.tag}/${state.story}?${sceneQuery()}`);
  } else if (page.contentWindow && loaded) page.contentWindow.location.replace(next);
  else page.src = next;
  loaded = next;
};

export const reloadCanvas = () => {
  if (!page?.isConnected) return drawCanvas(document.getElementById("stage"));
  remember();
  const frame = inner();
  if (frame && state.mount == "frame") frame.contentWindow.location.reload();
  else page.contentWindow.location.reload();
};

export const drawRail = () => {
  const rail = document.querySelector("#stage .rail");
  if (!rail) return;
  put(rail, component().stories.map(({ name, state: shows }, at) =>
    h("button", { type: "button", "aria-pressed": String(name == state.story), onclick: () => set({ story: name }) },
      h("i", { class: "dot", "data-state": shows }), name, at < 9 && h("kbd", {}, at + 1))));
  const pressed = rail.querySelector("[aria-pressed=true]");
  if (pressed) rail.scrollLeft = pressed.offsetLeft - (rail.clientWidth - pressed.offsetWidth) / 2;
};

export const drawCanvas = (stage) => {
  if (!component()) return put(stage, h("p", { class: "none" }, "No component could be read."));
  if (!page?.isConnected) {
    page = h("iframe", { class: "page", title: "Host's page" });
    page.addEventListener("load", onPage);
    loaded = "";
    put(stage, h("div", { class: "desk" }, page, h("output", { class: "size", title: "The panel's size" })), h("div", { class: "rail", role: "group", "aria-label": "States" }));
  }
  const next = pageAddress();
  if (next != loaded) load();
  else {
    dress();
    drawTools();
  }
  drawRail();
};
