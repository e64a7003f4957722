// What is wrong, by machine: axe, overflow at 320 px, breaches of the policy, errors. Kept by story, counted in the tree.
import { h, toast } from "./dom.js";
import { book, component, found, findings, log, sceneQuery, state } from "./state.js";
import { hostWindow } from "./canvas.js";

export const axeUrl = () => `/preview/assets/vendor/axe.min.js?v=${book.version}`;
const rows = (violations) =>
  violations.flatMap(({ id, impact, help, nodes }) => nodes.map(({ target, html, why }) => ({ kind: id, impact, what: help, target, html, why })));

// A node's place, to be found again in another frame of the same story.
const placeOf = (node) => {
  const steps = [];
  for (let at = node; at && !at.matches("[data-inlay]"); at = at.parentElement) steps.unshift(`${at.localName}:nth-child(${[...at.parentElement.children].indexOf(at) + 1})`);
  return [["[data-inlay]", ...steps].join(" > ")];
};
const finding = (kind, what, node, html = node?.outerHTML.slice(0, 300)) => ({ kind, impact: "serious", what, html: html || "", target: node?.closest("[data-inlay]") ? placeOf(node) : [] });
// A breach is said without its node: by what was blocked, the node that asks for it.
const BLOCKED = { "style-src-attr": "[style]", "script-src-attr": "[onload],[onerror],[onclick],[onfocus],[onmouseover]" };
const culprit = (view, { directive, blocked }) =>
  [...view.document.querySelectorAll(`[data-inlay] :is(${BLOCKED[directive] || "[src],[href]"})`)].find((each) => directive in BLOCKED || each.src == blocked || each.href == blocked);

const heardFrom = (view, since) =>
  log.filter((each) => each.path == view.location.pathname && each.at >= since && (each.inlayPreview == "csp" || each.inlayPreview == "error"))
    .map((each) => each.inlayPreview == "csp"
      ? finding("csp", `The policy blocked ${each.directive}`, culprit(view, each), culprit(view, each) ? undefined : each.sample || each.blocked)
      : finding("script", each.message, undefined, `${each.source}:${each.line}`));

const examine = async (view, since) => {
  const results = rows(await view.inlayAxe(axeUrl()));
  const { scrollWidth, clientWidth } = view.document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = [...view.document.body.querySelectorAll("*")].find((each) => each.getBoundingClientRect().right > clientWidth + 1 || each.getBoundingClientRect().left < -1);
    results.push({ ...finding("overflow", `${scrollWidth} px wide in ${clientWidth} px`, wide), width: String(clientWidth) });
  }
  for (const alien of view.document.querySelectorAll("[data-inlay] :is(script, img, iframe, embed, [onload], [onerror])")) results.push(finding("unescaped", "Markup that no template of ours writes", alien));
  return [...results, ...heardFrom(view, since)];
};

// In a frame of its own, so that what a designer looks at is not disturbed.
const inFrame = (tag, story, query, wide = 320) =>
  new Promise((done) => {
    const since = Date.now();
    const frame = h("iframe", { class: "hidden", title: "Check", src: `/preview/frame/${tag}/${story}?${query}`, style: { "inline-size": `${wide}px`, "block-size": "800px" } });
    frame.addEventListener("load", () => setTimeout(async () => {
      const results = frame.contentWindow.inlayAxe
        ? await examine(frame.contentWindow, since).catch((problem) => [{ kind: "check", impact: "", what: String(problem), html: "", target: [] }])
        : [{ kind: "args", impact: "serious", what: "The args are refused", html: "", target: [] }];
      frame.remove();
      done(results);
    }, 60));
    document.body.append(frame);
  });

let timer;
let running = 0;
export const checkSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(checkCurrent, 500);
};
export const checkCurrent = async () => {
  const { tag, story } = state;
  if (!component() || !hostWindow()) return;
  const mine = ++running;
  const results = await inFrame(tag, story, sceneQuery(), Number(state.width) || 320);
  if (mine != running && (tag != state.tag || story != state.story)) return;
  findings.set(`${tag}/${story}`, results);
  found();
};
export const checkAll = async () => {
  let bad = 0;
  const all = book.components.flatMap(({ tag, stories }) => stories.map(({ name }) => [tag, name]));
  const work = async () => {
    for (let next = all.shift(); next; next = all.shift()) {
      const results = await inFrame(next[0], next[1], new URLSearchParams({ theme: state.theme || "light" }));
      bad += results.length;
      findings.set(next.join("/"), results);
      found();
    }
  };
  await Promise.all([work(), work(), work()]);
  toast(bad ? `${bad} found` : "Nothing found in any story");
};
