// What is shown, all of it in the address: a link shows somebody else exactly this.
const DEFAULTS = {
  view: "canvas", host: "", mount: "frame", theme: "", locale: "", width: "", zoom: "100", net: "", latency: "0",
  offline: "", flow: "", tab: "controls", tools: "", axes: "theme,locale", scale: "60",
};
export const state = { tag: "", story: "", args: {}, ...DEFAULTS };
export const book = { components: [], hosts: [], locales: [], problems: [], live: false };
// What was found wrong, by "tag/story"; and what was heard, newest last.
export const findings = new Map();
export const log = [];

const listeners = new Set();
export const onChange = (listener) => listeners.add(listener);
const tell = (changed) => listeners.forEach((listener) => listener(changed));

export const component = (tag = state.tag) => book.components.find((each) => each.tag == tag);
export const story = (tag = state.tag, name = state.story) => component(tag)?.stories.find((each) => each.name == name);
export const look = (key = state.host) => {
  const [host, name] = key.split("/");
  return book.hosts.find((each) => each.name == host)?.looks.find((each) => each.name == name);
};
export const theme = () => state.theme || look()?.scheme || "light";

export const set = (changes) => {
  const changed = new Set(Object.keys(changes).filter((name) => changes[name] !== state[name]));
  if (!changed.size) return;
  if ((changed.has("tag") || changed.has("story")) && !("args" in changes)) {
    changes.args = {};
    changed.add("args");
  }
  Object.assign(state, changes);
  history.replaceState(null, "", address());
  tell(changed);
};
export const refresh = () => tell(new Set(["files"]));
export const heard = () => tell(new Set(["log"]));
export const found = () => tell(new Set(["findings"]));

export const address = (of = state) => {
  const query = new URLSearchParams();
  for (const name in DEFAULTS) if (of[name] !== DEFAULTS[name]) query.set(name, of[name]);
  for (const name in of.args) query.set("a." + name, of.args[name]);
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `/preview/${of.tag}/${of.story}${text ? "?" + text : ""}`;
};

export const readAddress = () => {
  const [, , tag = "", name = ""] = location.pathname.split("/");
  const given = { args: {} };
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key.startsWith("a.")) given.args[key.slice(2)] = value;
    else if (key in DEFAULTS) given[key] = value;
  }
  const known = component(tag) || book.components[0];
  const chosen = known?.stories.find((each) => each.name == name) || known?.stories[0];
  Object.assign(state, given, { tag: known?.tag || "", story: chosen?.name || "" });
  if (!look()) state.host = `${book.hosts[0]?.name}/${book.hosts[0]?.looks[0].name}`;
};

// The query of a scene: what decides what a panel shows.
export const sceneQuery = (more = {}) => {
  const query = new URLSearchParams();
  const all = { theme: theme(), locale: state.locale, net: state.net, flow: state.view == "canvas" ? state.flow : "", ...more };
  for (const name in all) if (all[name]) query.set(name, all[name]);
  if (!more.plain) for (const name in state.args) query.set("a." + name, state.args[name]);
  query.delete("plain");
  return query;
};
