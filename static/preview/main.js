// The preview's page: reads the manifest, draws the rooms around the canvas, follows files and keys.
import { put, toast, h } from "./dom.js";
import { book, findings, heard, log, onChange, readAddress, refresh, set, state, story } from "./state.js";
import { drawTree, step, pickState } from "./tree.js";
import { drawTop, cycleLook, OTHER } from "./top.js";
import { drawCanvas, drawRail, inner, reloadCanvas } from "./canvas.js";
import { drawStates, reloadStates } from "./states.js";
import { drawMatrix } from "./matrix.js";
import { drawContrast } from "./contrast.js";
import { drawInspector } from "./inspect.js";
import { checkCurrent } from "./checks.js";
import { toggleTool } from "./tools.js";

const at = (id) => document.getElementById(id);
const VIEWS = { canvas: drawCanvas, states: drawStates, matrix: drawMatrix, contrast: drawContrast };

// Files may be in the middle of being written or removed: then it is asked again.
const readBook = async (tries = 5) => {
  const answer = await fetch("/preview/manifest.json");
  if (answer.ok) return Object.assign(book, await answer.json());
  if (!tries) throw new Error(`The book could not be read: ${answer.status}.`);
  await new Promise((done) => setTimeout(done, 200));
  return readBook(tries - 1);
};

const drawStage = () => {
  const stage = at("stage");
  stage.dataset.view = document.body.dataset.view = state.view;
  VIEWS[state.view](stage);
};

const onEach = (changed) => {
  const any = (...names) => names.some((name) => changed.has(name));
  if (any("tag", "story", "findings", "files")) drawTree(at("tree"));
  if (any("tag", "story", "view", "host", "mount", "theme", "locale", "width", "zoom", "net", "latency", "offline", "flow", "scale", "tools", "files")) drawTop(at("top"));
  if (changed.has("files") && state.view == "canvas" && document.querySelector(".page")) drawRail();
  else if (any("view", "tag", "story", "host", "mount", "theme", "locale", "width", "zoom", "net", "latency", "offline", "flow", "args", "axes", "scale", "files", "tools"))
    if (!(state.view == "contrast" && !any("view", "files"))) drawStage();
  if (any("tag", "story", "args", "tab", "locale", "theme", "files", "log", "findings", "host", "mount")) drawInspector(at("inspect"), changed);
};

const KEYS = {
  "/": () => at("search").focus(),
  j: () => step(1),
  k: () => step(-1),
  d: () => set({ theme: { "": "dark", dark: "light", light: "" }[state.theme] }),
  r: () => set({ locale: state.locale == "ar" ? "" : "ar" }),
  p: () => set({ locale: state.locale == "en-XA" ? "" : "en-XA" }),
  a: () => (set({ tab: "access" }), checkCurrent()),
  e: () => set({ mount: ["frame", "sandbox"].includes(state.mount) ? "element" : "frame" }),
  l: () => set({ mount: OTHER[state.mount] || state.mount }),
  h: () => cycleLook(1),
  c: () => set({ view: "canvas" }),
  s: () => set({ view: "states" }),
  x: () => set({ view: "matrix" }),
  o: () => toggleTool("outline"),
  m: () => toggleTool("measure"),
  t: () => toggleTool("targets"),
  "?": () => help(),
};
const MEANING = {
  "/": "search", "j k": "next, previous story", "1-9": "a state by its number", d: "theme", r: "right to left", p: "pseudo-locale",
  e: "iframe or element", l: "as the strictest host has it", h: "next host", c: "canvas", s: "all states", x: "matrix", a: "check accessibility", o: "outline",
  m: "measure", t: "target sizes", "?": "these keys",
};
const help = () => {
  const box = h("dialog", { class: "help", "aria-label": "Keys", onclick: ({ target }) => target == box && box.close(), onclose: () => box.remove() },
    h("h2", {}, "Keys"), h("dl", {}, Object.entries(MEANING).map(([key, what]) => h("div", {}, h("dt", {}, key.split(" ").map((one) => h("kbd", {}, one))), h("dd", {}, what)))));
  document.body.append(box);
  box.showModal();
};
const onKey = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/INPUT|TEXTAREA|SELECT/.test(event.target.nodeName) && event.target.type != "range" && event.target.type != "checkbox") {
    if (event.key == "Escape") event.target.blur();
    return;
  }
  if (/^[1-9]$/.test(event.key)) pickState(Number(event.key) - 1);
  else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
};
addEventListener("keydown", onKey);

addEventListener("message", ({ data, origin, source }) => {
  const ours = origin == location.origin || (origin == "null" && source == inner()?.contentWindow);
  if (!ours || !data?.inlayPreview || data.inlayPreview == "drawn") return;
  if (data.inlayPreview == "key") return dispatchEvent(new KeyboardEvent("keydown", data));
  log.push(data);
  if (log.length > 500) log.shift();
  clearTimeout(onKey.timer);
  onKey.timer = setTimeout(heard, 60);
});

const follow = () => {
  let last = book.version;
  const stream = new EventSource("/preview/events");
  stream.onmessage = async ({ data }) => {
    if (data == last) return;
    last = data;
    const began = performance.now();
    const reading = readBook();
    if (state.view == "canvas") reloadCanvas();
    if (state.view == "states") reloadStates();
    await reading;
    findings.clear();
    if (!story()) readAddress();
    refresh();
    toast(book.problems.length ? "Not readable: see above" : `Updated in ${Math.round(performance.now() - began)} ms`);
  };
};

const boot = () => {
  Object.assign(book, JSON.parse(at("manifest").textContent));
  readAddress();
  onChange(onEach);
  refresh();
  document.documentElement.dataset.ready = Math.round(performance.now());
  if (book.live) follow();
  addEventListener("popstate", () => (readAddress(), refresh()));
};
boot();
