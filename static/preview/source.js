// Sources with their sizes and render time, embed code with the current args, and the component's own words.
import { bytes, copy, h, icon, put, segments } from "./dom.js";
import { sceneQuery, state } from "./state.js";
import { axeUrl } from "./checks.js";
import { panelWindow, root } from "./canvas.js";

export const source = { files: {}, embeds: [], error: null };
let asked = 0;
const keepSource = (found) => {
  for (const name of Object.keys(source)) delete source[name];
  Object.assign(source, { files: {}, embeds: [], error: null }, found);
};
export const forgetSource = () => {
  asked++;
  keepSource({});
};
export const readSource = async () => {
  const mine = ++asked;
  const answer = await fetch(`/preview/source/${state.tag}/${state.story}?${sceneQuery()}`);
  const found = await answer.json();
  if (mine == asked) keepSource(answer.ok ? found : { error: found.detail });
};

const VOID = /^<(br|hr|img|input|link|meta|path|circle|rect|polyline)\b|\/>$/;
// One element a line, indented: to read, never to serve.
export const pretty = (html) => {
  let depth = 0;
  return html.replace(/></g, ">\n<").split("\n").map((line) => {
    if (/^<\//.test(line)) depth--;
    const out = "  ".repeat(Math.max(0, depth)) + line;
    if (/^<[^/!]/.test(line) && !VOID.test(line) && !/<\/[\w-]+>$/.test(line)) depth++;
    return out;
  }).join("\n");
};
const TOKEN = /(<\/?[\w-]+|\/?>)|("(?:[^"\\]|\\.)*")|(\{[{%#].*?[}%#]\}|--[\w-]+)|(\/\*.*?\*\/|^\s*#.*$)/g;
export const coloured = (text) => {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(TOKEN, "gm"))) {
    parts.push(text.slice(end, match.index), h("span", { class: match[1] ? "k" : match[2] ? "s" : match[3] ? "v" : "c" }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
};
const code = (text) => h("pre", { class: "code", tabindex: "0" }, h("code", {}, text.length < 60000 ? coloured(text) : text));

// Of the panel as it is now, with what is open in it.
const ariaTree = async (into) => {
  const element = root()?.querySelector("[data-inlay]");
  const tree = element && panelWindow().inlayAria ? await panelWindow().inlayAria(axeUrl(), element) : "";
  into.replaceChildren(tree || (state.mount == "sandbox" ? "Nobody can look into this sandbox: choose the iframe without it." : "The canvas shows no panel."));
};

let file = "rendered";
export const drawSource = (body) => {
  const texts = { rendered: source.html ? pretty(source.html) : source.error || "", "ARIA tree": "", args: JSON.stringify(source.args || {}, null, 2), ...source.files };
  if (!(file in texts)) file = "rendered";
  const { sizes } = source;
  put(body,
    sizes && h("dl", { class: "facts" },
      h("div", {}, h("dt", {}, "Render"), h("dd", {}, `${source.micros} µs`)),
      Object.entries(sizes).map(([name, { raw, gzip }]) => h("div", {}, h("dt", {}, { html: "HTML", css: "CSS", together: "Both, gzip" }[name]), h("dd", {}, name == "together" ? bytes(gzip) : bytes(raw), h("small", {}, name == "together" ? "" : ` ${bytes(gzip)} gz`))))),
    h("div", { class: "bar" }, segments("File", Object.keys(texts).map((name) => [name, name.replace(state.tag, "")]), file, (name) => ((file = name), drawSource(body))),
      h("button", { type: "button", class: "plain", title: "Copy", onclick: () => copy(body.querySelector("pre").textContent, file) }, icon("copy"))),
    code(texts[file]));
  if (file == "ARIA tree") ariaTree(body.querySelector("pre code"));
};

export const drawEmbed = (body) => {
  const [host] = [document.querySelector("#top optgroup option:checked")?.parentNode.label];
  const sorted = [...source.embeds].sort((one, other) => (other.host == host) - (one.host == host));
  put(body, h("p", { class: "doc" }, "With the record of the args. A proof is a property or a callback, never an attribute; see README, “Embed a badge in your own page”."),
    sorted.map(({ host: title, title: what, code: text }) => h("section", { class: "embed" },
      h("div", { class: "bar" }, h("b", {}, title), h("span", {}, what), h("button", { type: "button", class: "plain", onclick: () => copy(text, what) }, icon("copy"), "Copy")), code(text))));
};

// The little of Markdown that a README uses: headings, lists, paragraphs, bold, code.
export const inline = (text) =>
  text.split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/).map((part) => (part.startsWith("**") ? h("b", {}, part.slice(2, -2)) : /^\*[^*]+\*$/.test(part) ? h("em", {}, part.slice(1, -1)) : part.startsWith("`") ? h("code", {}, part.slice(1, -1)) : part));
export const drawDocs = (body) => {
  const blocks = (source.readme || "").split(/\n\n+/).map((block) => {
    const [, marks, title] = block.match(/^(#+) (.*)/) || [];
    if (marks) return h(`h${Math.min(4, marks.length + 1)}`, {}, title);
    if (block.startsWith("- ")) return h("ul", {}, block.split(/\n(?=- )/).map((line) => h("li", {}, inline(line.slice(2).replace(/\s+/g, " ")))));
    return h("p", {}, inline(block.replace(/\s+/g, " ")));
  });
  put(body, h("div", { class: "docs" }, blocks));
};
