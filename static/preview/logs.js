// What was heard: messages between host and panel, requests and what a screen reader is told, breaches of the policy.
import { bytes, h, put } from "./dom.js";
import { heard, log, set, state } from "./state.js";
import { hostWindow, inner } from "./canvas.js";
import { source } from "./source.js";

const mine = (...kinds) => log.filter((each) => kinds.includes(each.inlayPreview) && each.path.includes(`/${state.tag}/`)).slice(-80).reverse();
const clock = (at) => new Date(at).toISOString().slice(11, 23);
const clear = () => h("button", { type: "button", class: "plain", onclick: () => ((log.length = 0), heard()) }, "Clear");

const send = (type, detail) => () => hostWindow()?.inlayHost?.send(type, detail);
// From this window, which is not the panel's parent: a stranger.
const stranger = () => {
  const view = inner()?.contentWindow;
  if (!view) return;
  view.addEventListener("inlay-refused", ({ detail }) => {
    log.push({ inlayPreview: "message", path: `/${state.tag}/`, at: Date.now(), data: { type: "refused", detail: { reason: detail.reason } }, to: "nobody" });
    heard();
  }, { once: true });
  view.postMessage({ inlay: 1, id: 1, type: "inlay-theme", detail: { theme: "dark" } }, location.origin);
};
const ASKS = [
  ["Theme dark", send("inlay-theme", { theme: "dark" })], ["Theme light", send("inlay-theme", { theme: "light" })],
  ["New proof", () => send("inlay-proof", { token: hostWindow()?.document.querySelector("[data-token]").dataset.token })()],
  ["Right to left", send("inlay-theme", { direction: "rtl" })], ["Hidden", send("inlay-visible", { visible: false })], ["Visible", send("inlay-visible", { visible: true })],
  ["No such type", send("inlay-nonsense", {})], ["From a stranger", stranger],
];
export const drawMessages = (body) =>
  put(body,
    h("div", { class: "asks" }, h("b", {}, "Say as the host"), ASKS.map(([title, act]) => h("button", { type: "button", onclick: act, disabled: !["frame", "sandbox"].includes(state.mount) }, title))),
    h("div", { class: "bar" }, h("b", {}, "Heard"), clear()),
    h("ol", { class: "log" }, mine("message").map(({ data, to, at }) =>
      h("li", { "data-to": to }, h("time", {}, clock(at)), h("span", { class: "way" }, { panel: "host → panel", host: "panel → host", nobody: "refused" }[to] || to),
        h("code", {}, data.type), h("small", {}, JSON.stringify(data.detail || {}).slice(0, 220))))));

const latency = () => {
  const told = h("output", {}, `${state.latency} ms`);
  return h("label", { class: "latency" }, h("b", {}, "Latency"),
    h("input", { type: "range", id: "latency", min: 0, max: 5000, step: 250, value: state.latency,
      oninput: ({ target }) => (told.value = `${target.value} ms`), onchange: ({ target }) => set({ latency: target.value }) }), told);
};
export const drawNetwork = (body) =>
  put(body,
    latency(),
    h("div", { class: "bar" }, h("b", {}, "Requests, and what is said aloud"), clear()),
    h("ol", { class: "log" }, mine("request", "announce").map((each) =>
      each.inlayPreview == "announce"
        ? h("li", { class: "said" }, h("time", {}, clock(each.at)), h("span", { class: "way" }, each.role), h("q", {}, each.text))
        : h("li", { "data-bad": each.status == 0 || each.status >= 400 ? "" : undefined }, h("details", {},
            h("summary", {}, h("time", {}, clock(each.at)), h("b", {}, each.status || "none"), h("code", {}, `${each.method} ${each.url.replace("/preview/wire", "")}`), h("small", {}, `${each.ms.toFixed(0)} ms, ${bytes(each.bytes)}`)),
            h("pre", {}, Object.entries(each.headers).map(([name, value]) => `${name}: ${value}`).join("\n") + "\n\n" + each.body.slice(0, 2000)))))));

const WHY = {
  "default-src": "nothing, unless named below", "style-src": "only this component's sheet, by its hash", "img-src": "images within the sheet",
  "frame-ancestors": "who may frame it: the connection's origins", "script-src": "our scripts, by this answer's nonce",
  "connect-src": "requests go to us only", "require-trusted-types-for": "no markup from texts", "trusted-types": "the policies of our scripts",
  "base-uri": "no other base", "form-action": "no forms elsewhere",
};
const HOSTS_NEED = [["Iframe", "frame-src (or child-src) must name our origin"], ["Element", "script-src and connect-src must name our origin; style-src need not: sheets are adopted"]];
export const drawPolicy = (body) => {
  const breaches = mine("csp", "error");
  put(body,
    h("div", { class: "bar" }, h("b", {}, breaches.length ? `${breaches.length} breaches and errors` : "No breach, no error"), clear()),
    h("ol", { class: "log" }, breaches.map((each) => h("li", { "data-bad": "" }, h("time", {}, clock(each.at)), h("b", {}, each.directive || "error"), h("small", {}, each.message || `${each.blocked} ${each.sample || ""} ${each.source || ""}:${each.line || ""}`)))),
    h("h3", {}, "This panel's policy"),
    h("dl", { class: "policy" }, (source.policy || "").split("; ").map((each) => {
      const [name, ...rest] = each.split(" ");
      return h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, rest.join(" ")), WHY[name] && h("small", {}, WHY[name])));
    })),
    h("h3", {}, "What a host's own policy must allow"),
    h("dl", { class: "policy" }, HOSTS_NEED.map(([name, what]) => h("div", {}, h("dt", {}, name), h("dd", {}, what)))));
};
