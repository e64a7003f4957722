// The inspector: a tab each for what there is to know and to do about the story.
import { h, put } from "./dom.js";
import { component, findings, log, set, state } from "./state.js";
import { drawControls } from "./controls.js";
import { drawAccess } from "./access.js";
import { drawSource, drawEmbed, drawDocs, forgetSource, readSource } from "./source.js";
import { drawMessages, drawNetwork, drawPolicy } from "./logs.js";
import { drawCompare } from "./compare.js";

const TABS = {
  controls: ["Controls", drawControls],
  access: ["Checks", drawAccess],
  source: ["Source", drawSource],
  embed: ["Embed", drawEmbed],
  messages: ["Messages", drawMessages],
  network: ["Network", drawNetwork],
  policy: ["CSP", drawPolicy],
  compare: ["Compare", drawCompare],
  docs: ["Docs", drawDocs],
};
// The controls know their values by the manifest; what is wrong with changed ones is known by the server.
const ASKS_SOURCE = new Set(["source", "embed", "policy", "compare", "docs"]);
const LISTENS = new Set(["messages", "network", "policy"]);
const counts = () => ({
  access: findings.get(`${state.tag}/${state.story}`)?.length,
  policy: log.filter((each) => each.inlayPreview == "csp" && each.path.includes(`/${state.tag}/${state.story}`)).length,
});

let body;
export const drawInspector = async (aside, changed) => {
  if (!component()) return put(aside);
  if (!(state.tab in TABS)) state.tab = "controls";
  const many = counts();
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Inspector" }, Object.entries(TABS).map(([name, [title]]) =>
    h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(state.tab == name), "aria-controls": "tabpanel", tabindex: state.tab == name ? 0 : -1,
      onclick: () => set({ tab: name }), onkeydown: arrow,
    }, title, many[name] > 0 && h("span", { class: "count bad" }, many[name]))));
  const held = aside.contains(document.activeElement) && document.activeElement.role == "tab";
  if (!body) body = h("div", { id: "tabpanel", role: "tabpanel", tabindex: "0" });
  if (aside.firstChild) aside.firstChild.replaceWith(tabs);
  else put(aside, tabs, body);
  body.setAttribute("aria-labelledby", `tab-${state.tab}`);
  if (held) tabs.querySelector("[aria-selected=true]").focus();
  if (ASKS_SOURCE.has(state.tab) || Object.keys(state.args).length) {
    if (["tag", "story", "args", "locale", "files", "tab"].some((name) => changed.has(name))) await readSource();
  } else forgetSource();
  const only = (name) => changed.size == 1 && changed.has(name);
  if (only("log") && !LISTENS.has(state.tab)) return;
  if (only("findings") && state.tab != "access") return;
  if (body.dataset.tab != state.tab) body.scrollTop = 0;
  body.dataset.tab = state.tab;
  TABS[state.tab][1](body, changed);
};

const arrow = ({ key }) => {
  const names = Object.keys(TABS);
  const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (by) {
    set({ tab: names[(names.indexOf(state.tab) + by + names.length) % names.length] });
    document.querySelector("[role=tab][aria-selected=true]")?.focus();
  }
};
