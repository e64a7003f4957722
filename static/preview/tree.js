// Components and their stories, with what was found wrong in each.
import { h, icon, put } from "./dom.js";
import { book, component, findings, set, state } from "./state.js";
import { checkAll } from "./checks.js";

let words = "";
// Groups that were opened or closed by hand; else the one with the story is open, and all of a small book.
const byHand = new Map();
const isOpen = (tag) => byHand.get(tag) ?? (tag == state.tag || book.components.length < 4);
const fits = (tag, name) => words.split(/\s+/).every((word) => `${tag} ${name}`.includes(word));
const visible = () => book.components.flatMap(({ tag, stories }) => stories.filter(({ name }) => fits(tag, name)).map(({ name }) => ({ tag, name })));

const choose = (found) => {
  if (!found) return;
  byHand.delete(found.tag);
  set({ tag: found.tag, story: found.name });
};

export const step = (by) => {
  const all = visible();
  const at = all.findIndex(({ tag, name }) => tag == state.tag && name == state.story);
  const next = all[(at + by + all.length) % all.length];
  choose(next);
  document.querySelector("#tree [aria-current]")?.scrollIntoView({ block: "nearest" });
};
export const pickState = (at) => {
  const found = component()?.stories[at];
  if (found) set({ story: found.name });
};

const count = (tag, name) => findings.get(`${tag}/${name}`);
const badge = (result) =>
  result && h("span", { class: result.length ? "count bad" : "count good", title: result.length ? `${result.length} found` : "Nothing found" }, result.length || icon("check"));

const item = (tag, { name, state: shows, doc }) =>
  h("li", {}, h("a", {
    href: `/preview/${tag}/${name}`, title: doc || undefined,
    "aria-current": tag == state.tag && name == state.story ? "page" : undefined,
    onclick: (event) => (event.preventDefault(), set({ tag, story: name })),
  }, h("i", { class: "dot", "data-state": shows }), h("span", {}, name), badge(count(tag, name))));

const nothing = () =>
  h("div", { class: "nothing" }, h("p", {}, book.components.length ? `No story is called “${words.trim()}”.` : "No component could be read."),
    words && h("button", { type: "button", class: "plain", onclick: () => search("") }, "Clear the search"));
const search = (text) => {
  words = text.toLowerCase();
  drawTree(document.getElementById("tree"));
};

export const drawTree = (nav) => {
  const scroll = nav.querySelector(".list")?.scrollTop;
  const total = [...findings.values()].reduce((sum, each) => sum + each.length, 0);
  const groups = book.components.map((each) => {
    const shown = each.stories.filter(({ name }) => fits(each.tag, name));
    if (!shown.length) return;
    const bad = each.stories.reduce((sum, { name }) => sum + (count(each.tag, name)?.length || 0), 0) + each.remarks.length;
    const list = h("ul", {});
    const fill = () => list.childElementCount || list.append(...shown.map((story) => item(each.tag, story)));
    const open = words || isOpen(each.tag);
    if (open) fill();
    return h("details", { open, ontoggle: ({ target }) => target.open && fill() },
      h("summary", { title: each.summary, onclick: ({ currentTarget }) => words || byHand.set(each.tag, !currentTarget.parentNode.open) }, h("span", {}, each.tag), bad ? h("span", { class: "count bad" }, bad) : h("span", { class: "many" }, each.stories.length)),
      list);
  });
  const focused = document.activeElement?.id == "search";
  put(nav,
    h("a", { class: "brand", href: "/preview" }, h("i", {}), h("b", {}, "Inlay"), h("span", {}, "preview")),
    h("label", { class: "search" }, icon("search"), h("input", {
      id: "search", type: "search", placeholder: "Search", "aria-label": "Search stories", value: words,
      oninput: ({ target }) => search(target.value), onkeydown: ({ key }) => key == "Enter" && choose(visible()[0]),
    }), h("kbd", {}, "/")),
    h("div", { class: "list" }, groups.some(Boolean) ? groups.filter(Boolean) : nothing()),
    h("footer", {}, h("button", { type: "button", onclick: () => checkAll() }, icon("play"), "Check all"),
      h("span", { class: total ? "bad" : "" }, findings.size ? `${findings.size} checked, ${total} found` : book.live ? "Following files" : "Read once")));
  if (focused) {
    const box = nav.querySelector("#search");
    box.focus();
    box.setSelectionRange(words.length, words.length);
  }
  nav.querySelector(".list").scrollTop = scroll || 0;
};
