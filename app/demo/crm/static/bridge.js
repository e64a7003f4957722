// Inlay's own bridge, host side: envelopes {inlay: 1, id, type, detail}, over the window or, for a frame without
// an origin, over one port that we hand over once, with the nonce that the frame said hello with.
import { log } from "./log.js";
import { frames, fresh, page, reply, resize } from "./frames.js";

let count = 0;

const envelope = (type, detail) => ({ inlay: 1, id: ++count, type, detail });

export const tell = (frame, type, detail = {}) => {
  const message = envelope(type, detail);
  if (frame.port) frame.port.postMessage(message);
  else if (frame.origin !== "null") reply(frame, message); // without an origin only the port is private
  log("out", type, { panel: frame.component });
};

export const tellAll = (type, detail) => {
  for (const frame of frames) if (frame.heard) tell(frame, type, detail);
};

const theme = () => ({
  theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  locale: page.locale,
  direction: page.direction,
});

const greet = (frame, { nonce }) => {
  if (frame.origin === "null") {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => receive(frame, event.data);
    frame.port?.close(); // a frame that was launched again is another document
    frame.port = port1;
    frame.iframe.contentWindow.postMessage(envelope("inlay-hello", { nonce }), "*", [port2]);
    log("out", "inlay-hello", { panel: frame.component, with: "a port" });
  } else tell(frame, "inlay-hello", { nonce });
  tell(frame, "inlay-theme", theme());
};

export const receive = async (frame, message) => {
  if (message?.inlay !== 1 || typeof message.type !== "string") return;
  const detail = message.detail ?? {};
  frame.heard = true;
  const { nonce, ...told } = detail;
  log(message.type === "inlay-unavailable" ? "trouble" : "in", message.type, { panel: frame.component, ...told });
  if (message.type === "inlay-hello") greet(frame, detail);
  else if (message.type === "inlay-resize" && frame.kind === "plain") resize(frame, detail);
  else if (message.type === "inlay-auth-expired" && frame.kind === "plain") {
    // A canvas asks for a repost instead.
    try {
      tell(frame, "inlay-proof", { token: await fresh(frame) });
    } catch (problem) {
      log("trouble", "inlay-proof", problem.message);
    }
  }
};

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tellAll("inlay-theme", theme()));
