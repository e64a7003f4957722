// The bar above the canvas: what is looked at, and how.
import { copy, h, icon, put, segments, select } from "./dom.js";
import { book, component, set, state, story } from "./state.js";
import { toggleTool, TOOLS } from "./tools.js";

const looks = () => book.hosts.flatMap((host) => host.looks.map((look) => [`${host.name}/${look.name}`, look]));
export const cycleLook = (by) => {
  const keys = looks().map(([key]) => key);
  set({ host: keys[(keys.indexOf(state.host) + by + keys.length) % keys.length] });
};

const hostPicker = () =>
  h("label", { class: "select" }, h("span", {}, "Host"),
    h("select", { onchange: ({ target }) => set({ host: target.value }) },
      book.hosts.map((host) => h("optgroup", { label: host.title },
        host.looks.map((look) => h("option", { value: `${host.name}/${look.name}`, selected: state.host == `${host.name}/${look.name}` }, `${host.title}: ${look.title}`))))));

// A frame whose sandbox gives it no origin, a root that is closed: what the strictest hosts allow.
const STRICT = { frame: "sandbox", element: "closed" };
export const OTHER = { ...STRICT, sandbox: "frame", closed: "element" };
const LOCK = { frame: "Sandbox: without our origin (l)", element: "Closed shadow root (l)" };
const mounts = () => {
  const [now] = Object.keys(STRICT).filter((each) => [each, STRICT[each]].includes(state.mount));
  const strict = Object.values(STRICT).includes(state.mount);
  return [
    segments("Mount", [["frame", [icon("frame"), "Iframe"], "As an iframe"], ["element", [icon("element"), "Element"], "As a web component"], ["page", [icon("served"), "Page"], "As markup of the page itself, without any script"]],
      now || state.mount, (mount) => set({ mount: strict ? STRICT[mount] || mount : mount })),
    h("div", { class: "segments" }, h("button", { type: "button", "aria-pressed": String(strict), disabled: !now, title: LOCK[now] || "Only of an iframe and an element", onclick: () => set({ mount: OTHER[state.mount] }) },
      icon("lock"), strict ? { frame: "Sandbox", element: "Closed" }[now] : "Strict")),
  ];
};
const blind = () => state.mount == "sandbox";

const NETWORKS = [["", "Network: good"], ["slow", "Slow"], ["offline", "Offline"], ["401", "401 ended"], ["403", "403 denied"], ["429", "429 too often"], ["500", "500 failed"], ["503", "503 away"]];
const network = () => (state.offline ? "offline" : state.latency != "0" ? "slow" : state.net);
const setNetwork = (name) =>
  set({ offline: name == "offline" ? "1" : "", latency: name == "slow" ? "1500" : "0", net: /^\d/.test(name) ? name : "" });

export const drawTop = (bar) => {
  const now = component();
  const problems = book.problems.map((problem) => h("p", { class: "problem", role: "alert" }, h("b", {}, "Not readable. "), problem));
  if (!now) return put(bar, h("div", { class: "row title" }, h("h1", {}, h("b", {}, "Nothing to show yet"))), problems);
  put(bar,
    h("div", { class: "row title" },
      h("h1", {}, h("span", {}, state.tag), h("b", {}, state.story)),
      h("p", { class: "doc" }, story()?.doc || now.summary || ""),
      segments("View", [["canvas", "Canvas", "c"], ["states", "States", "s"], ["matrix", "Matrix", "x"], ["contrast", "Contrast"]], state.view, (view) => set({ view })),
      h("button", { type: "button", class: "plain", title: "Copy a link to exactly this", onclick: () => copy(location.href, "Link") }, icon("copy"), "Link")),
    state.view != "contrast" && h("div", { class: "row tools" },
      state.view == "canvas" && hostPicker(),
      ...(state.view == "canvas" ? mounts() : []),
      state.view != "matrix" && segments("Theme", [["", icon("auto"), "As the host"], ["light", icon("light"), "Light"], ["dark", icon("dark"), "Dark"]], state.theme, (theme) => set({ theme })),
      select("Locale", book.locales.map(({ name, title }) => [name, title]), state.locale, (locale) => set({ locale })),
      state.view != "matrix" && segments("Width", [["", "Auto"], ["320", "320"], ["400", "400"], ["640", "640"]], state.width, (width) => set({ width })),
      ["states", "matrix"].includes(state.view) && !now.inline && segments("Scale", [["60", "60 %"], ["100", "100 %"]], state.scale, (scale) => set({ scale })),
      state.view == "canvas" && segments("Zoom", [["100", "1×"], ["150", "1.5×"], ["200", "2×"]], state.zoom, (zoom) => set({ zoom })),
      state.view == "canvas" && h("label", { class: "select" }, h("select", { "aria-label": "Network", onchange: ({ target }) => setNetwork(target.value) },
        NETWORKS.map(([name, text]) => h("option", { value: name, selected: network() == name }, name == "slow" ? `${text}, ${(Number(state.latency) || 1500) / 1000} s` : text)))),
      state.view == "canvas" && story()?.flow && h("button", { type: "button", class: "plain", "aria-pressed": String(!!state.flow), title: `After ${story().flow.after} ms: ${story().flow.go}`, onclick: () => set({ flow: state.flow ? "" : "1" }) }, icon("play"), state.flow ? "Playing" : "Play flow"),
      state.view == "canvas" && h("div", { class: "segments", role: "group", "aria-label": "Tools" }, TOOLS.map(([name, title]) =>
        h("button", { type: "button", disabled: blind(), title: blind() ? `${title}: nobody can look into this sandbox` : title, "aria-label": title, "aria-pressed": String(state.tools.split(",").includes(name)), onclick: () => toggleTool(name) }, icon(name))))),
    ...problems,
    ...now.remarks.map(({ said }) => h("p", { class: "problem warn" }, said)));
};
