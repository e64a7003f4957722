// The panels of the page as iframes: launches them by a form post, sizes them, and knows them by their window.
import { log } from "./log.js";

const facts = JSON.parse(document.getElementById("page-facts").textContent);
const MAX_HEIGHT = 2000;

export const frames = [...document.querySelectorAll(".frame")].map((box) => ({
  box,
  iframe: box.querySelector("iframe"),
  form: box.querySelector("form"),
  waiting: box.querySelector(".placeholder"),
  kind: box.dataset.kind,
  instance: box.dataset.instance,
  component: box.dataset.component,
  // A frame in a sandbox of its own has no origin; only its window tells who it is.
  origin: box.dataset.opaque === "true" ? "null" : facts.inlay,
  subscriptions: new Set(),
}));

// Only a window that we made, at the origin that we gave it, is one of our panels.
export const sender = (event) =>
  frames.find((frame) => frame.iframe.contentWindow === event.source && frame.origin === event.origin);

export const reply = (frame, message) =>
  frame.iframe.contentWindow.postMessage(message, frame.origin === "null" ? "*" : frame.origin);

export const resize = (frame, size) => {
  const height = Math.ceil(Number.parseFloat(size.height));
  if (!(height >= 0)) return;
  // Width stays ours: the layout gives it. Height follows what the panel asks for.
  const wanted = `${Math.min(height, MAX_HEIGHT)}px`;
  if (frame.iframe.style.blockSize !== wanted) frame.iframe.style.blockSize = wanted;
  frame.box.toggleAttribute("data-open", height > 100);
};

// A fresh proof for the same panel, from this CRM's backend.
export const fresh = async (frame) => {
  const plain = frame.kind === "plain";
  const body = new URLSearchParams({ component: frame.component, instance: frame.instance, record: plain ? facts.record : facts.id });
  const answer = await fetch(plain ? "/inlay-token" : "/signed-request", { method: "POST", body });
  if (!answer.ok) throw new Error(`the backend answered ${answer.status}`);
  const { token, signed_request: signed } = await answer.json();
  return plain ? token : signed;
};

export const launch = (frame) => {
  frame.box.dataset.state = "waiting";
  frame.waiting.hidden = true;
  // A name is what the form finds the frame by, and what the Canvas SDK reads its instance from.
  frame.iframe.onload = () => {
    if (frame.launched) frame.box.dataset.state = "shown";
  };
  frame.launched = true;
  frame.form.submit();
};

export const relaunch = async (frame) => {
  frame.form.elements[0].value = await fresh(frame);
  launch(frame);
};

// While the server is away a quiet placeholder stands here, and the panel comes by itself later.
const wait = (frame) => {
  frame.box.dataset.state = "away";
  frame.waiting.hidden = false;
  const again = setInterval(async () => {
    const up = await fetch("/status").then((answer) => answer.json(), () => ({}));
    if (!up.inlay) return;
    clearInterval(again);
    await relaunch(frame);
  }, 2000);
};

export const start = () => {
  for (const frame of frames) {
    if (frame.box.dataset.ready === "true") launch(frame);
    else {
      log("trouble", "not running", `${frame.component}: Inlay does not answer`);
      wait(frame);
    }
  }
};

export const page = facts;
