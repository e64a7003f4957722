// Every state of a component side by side on one page; a press pins one.
import { h, lendKeys, put } from "./dom.js";
import { component, findings, sceneQuery, set, state } from "./state.js";

let strip;
let stripAt = "";
let stripKept;
const wide = () => Number(state.width) || (component().inline ? 220 : 360);
const stripAddress = () =>
  `/preview/states/${state.tag}?${sceneQuery({ plain: 1, flow: "", net: "", theme: state.theme || "light", wide: wide(), scale: component().inline ? 100 : state.scale })}`;
const figures = () => [...(strip?.contentDocument?.querySelectorAll("figure") || [])];
const details = () => figures().flatMap((each) => [...(each.querySelector("template, .panel > *")?.shadowRoot?.querySelectorAll("details") || [])]);

const annotate = () => {
  for (const figure of figures()) {
    const count = findings.get(`${state.tag}/${figure.dataset.story}`)?.length || 0;
    const box = figure.querySelector(".count");
    figure.classList.toggle("pinned", figure.dataset.story == state.story);
    box.hidden = !count;
    box.textContent = count;
  }
};
const onStrip = () => {
  const doc = strip.contentDocument;
  lendKeys(strip.contentWindow);
  doc.addEventListener("click", ({ target }) => {
    const figure = target.closest("figcaption")?.parentNode;
    if (figure) set({ story: figure.dataset.story, view: "canvas" });
  });
  if (stripKept) {
    details().forEach((each, at) => (each.open = stripKept.open[at] ?? each.open));
    strip.contentWindow.scrollTo(0, stripKept.scroll);
    stripKept = undefined;
  }
  annotate();
  document.documentElement.dataset.strip = Math.round(performance.now());
};

export const reloadStates = () => {
  if (!strip?.isConnected) return;
  stripKept = { scroll: strip.contentWindow.scrollY, open: details().map((each) => each.open) };
  strip.contentWindow.location.reload();
};

export const drawStates = (stage) => {
  if (!component()) return put(stage, h("p", { class: "none" }, "No component could be read."));
  const next = stripAddress();
  if (!strip?.isConnected) {
    strip = h("iframe", { class: "strip-page", title: "All states", src: next });
    strip.addEventListener("load", onStrip);
    put(stage, strip);
  } else if (next != stripAt) strip.contentWindow.location.replace(next);
  else annotate();
  stripAt = next;
};
