// The record page: listens to its panels, and saves edits without leaving the page.
import * as bridge from "./bridge.js";
import * as canvas from "./canvas.js";
import { sender, start } from "./frames.js";
import { log } from "./log.js";

addEventListener("message", (event) => {
  const frame = sender(event);
  if (!frame) return;
  if (typeof event.data === "string") canvas.receive(frame, event.data);
  else bridge.receive(frame, event.data);
});

for (const name of ["ready", "stale", "pending", "auth-expired", "denied", "unavailable", "review", "resize"])
  addEventListener(`inlay-${name}`, ({ type, detail }) => log(name === "unavailable" ? "trouble" : "in", type, detail));

start();

const form = document.querySelector("[data-form]");
const view = document.querySelector("[data-view]");
const edit = document.querySelector("[data-edit]");
const saved = document.querySelector("[data-saved]");

const open = (editing) => {
  form.hidden = !editing;
  view.hidden = edit.hidden = editing;
  if (editing) form.querySelector("input, select").focus();
  else edit.focus();
};

const say = (text, trouble = false) => {
  saved.toggleAttribute("data-trouble", trouble);
  saved.textContent = text;
};

const grouped = (value, kind) =>
  (kind === "number" || kind === "money") && /^-?\d+$/.test(value)
    ? Number(value).toLocaleString(document.documentElement.dataset.digits || "en-US")
    : value || "–";

// What became of the event that tells Inlay; asked for a few seconds, never in the way of the save.
const follow = async (id) => {
  for (let turn = 0; turn < 12; turn++) {
    const sending = await fetch(`/sent/${id}`).then((answer) => answer.json());
    if (sending.state !== "sending")
      return log(sending.state === "failed" ? "trouble" : "out", `event ${sending.state}`, sending.detail || `record.changed: ${sending.fields.join(", ")}`);
    await new Promise((done) => setTimeout(done, 250 + turn * 100));
  }
};

const save = async () => {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
  const { errors = {}, values = {}, changed = [], title, event } = await answer.json();
  for (const place of form.querySelectorAll("[data-error]")) {
    const text = errors[place.dataset.error] ?? "";
    place.textContent = text;
    form.elements[place.dataset.error].toggleAttribute("aria-invalid", Boolean(text));
  }
  const [first] = Object.keys(errors);
  if (first) {
    form.elements[first].focus();
    return say("Not saved: one value does not fit.", true);
  }
  for (const place of document.querySelectorAll("[data-value]"))
    if (place.dataset.value in values) place.textContent = grouped(values[place.dataset.value], place.dataset.kind);
  document.querySelector("[data-title]").textContent = title;
  for (const field of form.querySelectorAll("input")) field.defaultValue = field.value;
  for (const option of form.querySelectorAll("option")) option.defaultSelected = option.selected;
  open(false);
  if (!changed.length) return say("Nothing was changed.");
  say(`Saved: ${changed.length} field${changed.length > 1 ? "s" : ""} changed.`);
  bridge.tellAll("inlay-visible", { visible: true });
  canvas.publishAll("inlay.visible", { visible: true });
  await follow(event);
};

if (form) {
  edit.addEventListener("click", (event) => {
    event.preventDefault();
    open(true);
  });
  form.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    form.reset();
    open(false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("Saving…");
    save().catch(() => say("The CRM does not answer; nothing was saved.", true));
  });
}
