// Inlay's own bridge, host side: envelopes {inlay: 1, id, type, detail}, over the window or, for a frame without
// an origin, over the one port that it hands over with its nonce.
import { log } from "./log.js";
import { frames, fresh, page, reply, resize } from "./frames.js";

let count = 0;

export const tell = (frame, type, detail = {}) => {
  const message = { inlay: 1, id: `host-${++count}`, type, detail };
  if (frame.port) frame.port.postMessage(message);
  else if (frame.origin !== "null") reply(frame, message); // without an origin only the port is private
  log("out", type, { panel: frame.component });
};

export const tellAll = (type, detail) => {
  for (const frame of frames) if (frame.heard || frame.kind === "plain") tell(frame, type, detail);
};

const theme = () => ({
  theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  locale: page.locale,
  direction: page.direction,
});

const greet = (frame, { nonce }, ports) => {
  const [port] = ports;
  if (port && !frame.port) {
    frame.port = port;
    port.onmessage = (event) => receive(frame, event.data, []);
  }
  tell(frame, "inlay-hello", { nonce, origin: location.origin });
  tell(frame, "inlay-theme", theme());
};

export const receive = async (frame, message, ports) => {
  if (message?.inlay !== 1 || typeof message.type !== "string") return;
  const detail = message.detail ?? {};
  frame.heard = true;
  log(message.type === "inlay-unavailable" ? "trouble" : "in", message.type, { panel: frame.component, ...detail });
  if (message.type === "inlay-hello") greet(frame, detail, ports);
  else if (message.type === "inlay-resize") resize(frame, detail);
  else if (message.type === "inlay-auth-expired") {
    try {
      tell(frame, "inlay-proof", { proof: await fresh(frame) });
    } catch (problem) {
      log("trouble", "inlay-proof", problem.message);
    }
  }
};

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tellAll("inlay-theme", theme()));
