// A control for each arg, drawn from the component's own schema. What is wrong is said where it is typed.
import { h, put, segments } from "./dom.js";
import { component, set, state, story } from "./state.js";
import { inline, source } from "./source.js";

const text = (value) => (value === null || value === undefined ? "" : typeof value == "object" ? JSON.stringify(value, null, 1) : String(value));
const typed = (arg) => state.args[arg.name] ?? text(story().args[arg.name]);
let typing;
const change = (arg, value, at = 0) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const args = { ...state.args };
    if (value === text(story().args[arg.name])) delete args[arg.name];
    else args[arg.name] = value;
    set({ args });
  }, at);
};

const number = (arg) => {
  const bounded = arg.min !== null && arg.max !== null;
  const step = arg.type == "int" ? 1 : 0.01;
  const field = h("input", { type: "text", inputmode: "decimal", id: `c-${arg.name}`, value: typed(arg), placeholder: arg.nullable ? "none" : "", oninput: ({ target }) => (slider && (slider.value = target.value), change(arg, target.value, 120)) });
  const slider = bounded && h("input", { type: "range", class: typed(arg) === "" ? "unset" : "", "aria-label": `${arg.name}, slider`, min: arg.min, max: arg.max, step, value: typed(arg) || arg.min, oninput: ({ target }) => ((field.value = target.value), target.classList.remove("unset"), change(arg, target.value, 30)) });
  return h("div", { class: "both" }, slider, field);
};
const WIDGETS = {
  int: number,
  number,
  bool: (arg) => h("label", { class: "switch" }, h("input", { type: "checkbox", id: `c-${arg.name}`, checked: typed(arg) == "true", onchange: ({ target }) => change(arg, String(target.checked)) }), h("span", {})),
  enum: (arg) => {
    const options = [...(arg.nullable ? [["", "none"]] : []), ...arg.choices.map((each) => [each, each])];
    if (options.length <= 4) return segments(arg.name, options, typed(arg), (value) => change(arg, value));
    return h("select", { id: `c-${arg.name}`, onchange: ({ target }) => change(arg, target.value) }, options.map(([value, title]) => h("option", { value, selected: typed(arg) == value }, title)));
  },
  text: (arg) => arg.max > 400
    ? h("textarea", { id: `c-${arg.name}`, rows: 3, oninput: ({ target }) => change(arg, target.value, 150) }, typed(arg))
    : h("input", { type: "text", id: `c-${arg.name}`, value: typed(arg), oninput: ({ target }) => change(arg, target.value, 150) }),
  datetime: (arg) => h("input", { type: "text", id: `c-${arg.name}`, value: typed(arg), placeholder: "2026-11-23T14:05:00Z", oninput: ({ target }) => change(arg, target.value, 250) }),
};
const json = (arg) => h("textarea", { class: "code", id: `c-${arg.name}`, rows: Math.min(8, typed(arg).split("\n").length + 1), spellcheck: "false", oninput: ({ target }) => change(arg, target.value, 350) }, typed(arg));

const limits = ({ type, min, max, nullable }) =>
  [type, min !== null && max !== null ? `${min} to ${max}` : max !== null ? `up to ${max}` : min !== null ? `from ${min}` : "", nullable ? "or none" : ""].filter(Boolean).join(", ");
const fault = (arg) => (source.error && new RegExp(`^${arg.name}\\b`).test(source.error) ? source.error : "");

const row = (arg) =>
  h("div", { class: "control", "data-arg": arg.name, "data-changed": arg.name in state.args ? "" : undefined },
    h("div", { class: "name" }, h("label", { for: `c-${arg.name}` }, arg.name), h("small", {}, limits(arg)),
      h("button", { type: "button", class: "undo", title: "Back to the story's", onclick: () => set({ args: Object.fromEntries(Object.entries(state.args).filter(([name]) => name != arg.name)) }) }, "reset")),
    (WIDGETS[arg.type] || json)(arg), h("p", { class: "fault", role: "alert" }, fault(arg)), h("p", { class: "doc" }, inline(arg.doc)));

export const drawControls = (body, changed) => {
  const busy = body.dataset.for == `${state.tag}/${state.story}` && body.contains(document.activeElement) && !changed.has("files");
  if (busy && body.querySelector(".control")) {
    // Whoever types keeps the field; only what is said about it changes.
    for (const arg of component().args) {
      const box = body.querySelector(`[data-arg="${arg.name}"]`);
      box.querySelector(".fault").textContent = fault(arg);
      box.toggleAttribute("data-changed", arg.name in state.args);
      for (const button of box.querySelectorAll(".segments button")) button.ariaPressed = String((button.textContent == "none" ? "" : button.textContent) == typed(arg));
    }
    return;
  }
  body.dataset.for = `${state.tag}/${state.story}`;
  const unplaced = source.error && !component().args.some((arg) => fault(arg)) ? h("p", { class: "problem" }, source.error) : undefined;
  put(body, unplaced, component().args.map(row), Object.keys(state.args).length > 0 && h("button", { type: "button", class: "plain", onclick: () => set({ args: {} }) }, "Reset all"));
};
