// Every state of a component side by side, each a real panel; a press pins one.
import { h, put } from "./dom.js";
import { component, findings, sceneQuery, set, state } from "./state.js";

const width = () => Number(state.width) || (component().inline ? 260 : 360);
const fit = (frame) => {
  const body = frame.contentDocument?.body;
  if (!body) return;
  const size = () => (frame.style.blockSize = `${Math.min(900, Math.max(28, body.offsetHeight))}px`);
  new frame.contentWindow.ResizeObserver(size).observe(body);
  size();
  document.documentElement.dataset.strip = Math.round(performance.now());
};

export const panel = (tag, name, query, wide) => {
  const frame = h("iframe", { title: `${tag}, ${name}`, src: `/preview/frame/${tag}/${name}?${query}`, scrolling: "no", style: { "inline-size": `${wide}px` } });
  frame.addEventListener("load", () => fit(frame));
  return frame;
};

// Tall ones are drawn smaller, so that all states are seen at one glance.
const scaled = (inline, frame) => {
  if (!inline) frame.style.zoom = state.scale / 100;
  return frame;
};

export const drawStates = (stage) => {
  const { tag, stories, inline } = component();
  put(stage, h("div", { class: "strip", "data-inline": String(inline) },
    stories.map((story, at) => {
      const faults = findings.get(`${tag}/${story.name}`);
      return h("figure", { "data-theme": state.theme || "light", class: story.name == state.story ? "pinned" : "" },
        h("figcaption", {},
          h("button", { type: "button", onclick: () => set({ story: story.name, view: "canvas" }) }, h("i", { class: "dot", "data-state": story.state }), story.name, at < 9 && h("kbd", {}, at + 1)),
          story.required && h("span", { class: "tag" }, "required"), story.flow && h("span", { class: "tag" }, `→ ${story.flow.go} ${story.flow.after / 1000} s`),
          faults?.length > 0 && h("span", { class: "count bad" }, faults.length)),
        scaled(inline, panel(tag, story.name, sceneQuery({ plain: 1, flow: "", theme: state.theme || "light" }), width())));
    })));
};
