// The parent's side of the Canvas wire protocol: JSON texts with targetModule "Canvas", answered by their number.
import { log } from "./log.js";
import { frames, fresh, relaunch, reply, resize } from "./frames.js";

const PARENT_VERSION = "68.0";

const send = (frame, type, message) =>
  reply(frame, JSON.stringify({ parentVersion: PARENT_VERSION, clientVersion: "41.0", ...message, type, targetModule: "Canvas" }));

const answer = (frame, seq, payload, status = 200, statusText = "OK") =>
  send(frame, "callback", { seq, payload, status, statusText, responseHeaders: "" });

const publish = (frame, name, payload) =>
  send(frame, "event", { payload: { name, method: "onData", payload, params: null } });

export const publishAll = (name, payload) => {
  for (const each of frames) if (each.subscriptions.has(name)) publish(each, name, payload);
};

const context = async (frame) => {
  const [, encoded] = (await fresh(frame)).split(".");
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).context;
};

// What a panel may ask for through us: rows of this CRM, read only, with its own token.
const ajax = async (frame, seq, { url, config = {} }) => {
  const target = new URL(url, location.origin);
  if (target.origin !== location.origin || !target.pathname.startsWith("/services/data/") || (config.method || "GET") !== "GET")
    return answer(frame, seq, [{ errorCode: "FORBIDDEN", message: "Only reading this CRM's data is allowed here." }], 403, "Forbidden");
  const got = await fetch(target, { headers: { Authorization: config.headers?.Authorization ?? "" }, credentials: "omit" });
  answer(frame, seq, await got.json(), got.status, got.statusText);
};

const actions = {
  ctx: async (frame, seq) => answer(frame, seq, await context(frame)),
  ajax,
  resize: (frame, seq, { size }) => resize(frame, size ?? {}),
  subscribe: (frame, seq, { subscriptions }) => {
    for (const name of Object.keys(subscriptions ?? {})) frame.subscriptions.add(name);
  },
  unsubscribe: (frame, seq, { subscriptions }) => {
    for (const name of Object.keys(subscriptions ?? {})) frame.subscriptions.delete(name);
  },
  publish: (frame, seq, { event }) => publishAll(event?.name, event?.payload),
  refresh: async (frame, seq) => answer(frame, seq, { response: await fresh(frame) }),
  repost: (frame) => relaunch(frame),
};

export const receive = async (frame, text) => {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return;
  }
  if (message.targetModule !== "Canvas" || message.src !== "client") return;
  const { seq, body = {} } = message;
  if (!Object.hasOwn(actions, body.type)) return;
  const about = { publish: body.event, resize: body.size, subscribe: Object.keys(body.subscriptions ?? {}) }[body.type];
  log("in", `canvas ${body.type}`, { panel: frame.component, ...(about && { of: about }) });
  try {
    await actions[body.type](frame, seq, body);
  } catch (problem) {
    log("trouble", `canvas ${body.type}`, problem.message);
    answer(frame, seq, [{ errorCode: "UNKNOWN_EXCEPTION", message: "The CRM could not do that." }], 500, "Server Error");
  }
};

// The built-in events that a page gives to those who subscribed.
addEventListener("scroll", () => {
  const { scrollHeight, clientHeight, scrollTop, scrollWidth, clientWidth, scrollLeft } = document.documentElement;
  const heights = { contentHeight: scrollHeight, pageHeight: clientHeight, scrollTop };
  const widths = { contentWidth: scrollWidth, pageWidth: clientWidth, scrollLeft };
  publishAll("canvas.scroll", { heights, widths });
}, { passive: true });

