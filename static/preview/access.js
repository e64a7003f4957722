// What the checks found in this story, each with its place.
import { h, icon, put } from "./dom.js";
import { component, findings, set, state } from "./state.js";
import { checkCurrent } from "./checks.js";
import { point } from "./tools.js";

// At the width that it happens at.
const showAt = (target, width) => {
  if (!width || width == state.width) return point(target);
  set({ width });
  setTimeout(point, 400, target);
};

export const drawAccess = (body) => {
  const results = findings.get(`${state.tag}/${state.story}`);
  const remarks = component().remarks;
  put(body,
    h("div", { class: "bar" }, h("b", {}, results ? (results.length + remarks.length ? `${results.length + remarks.length} found` : "Nothing found") : "Checking…"),
      h("button", { type: "button", class: "plain", onclick: checkCurrent }, icon("play"), "Again")),
    h("p", { class: "doc" }, "axe 4.14 with WCAG 2.2 A and AA, no overflow at 320 px, no breach of the policy, no script error; and the rules for sources."),
    h("ul", { class: "cards" },
      (results || []).map(({ kind, impact, what, html, why, target, width }) =>
        h("li", { class: "finding" }, h("p", {}, h("code", {}, kind), impact && h("span", { class: `tag ${impact}` }, impact)), h("p", {}, h("b", {}, what)),
          html && h("pre", {}, html.slice(0, 400)), why && h("p", { class: "doc why" }, why.replace(/^Fix .*:\s*/i, "")),
          target?.length > 0 && h("button", { type: "button", class: "plain", onclick: () => showAt(target, width) }, "Show it"))),
      remarks.map(({ kind, said }) => h("li", { class: "finding" }, h("p", {}, h("code", {}, kind)), h("p", {}, said)))),
    results?.length === 0 && !remarks.length && h("p", { class: "all-good" }, icon("check"), "Clean"));
};
