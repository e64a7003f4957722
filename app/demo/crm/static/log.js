// The page's own record of what its panels said, newest first. Kinds: in, out, trouble.
const list = document.querySelector("[data-log]");
const empty = document.querySelector("[data-log-empty]");
const KEPT = 100;

// "score-card · height 679": the record is this page's own, and a panel is named once.
const words = ({ panel, component, record, ...rest }) =>
  [panel ?? component, ...Object.entries(rest).map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`)].join(" · ");

export const log = (kind, name, about = "") => {
  const entry = document.createElement("li");
  entry.dataset.kind = kind;
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString("en-GB");
  const said = document.createElement("b");
  said.textContent = name;
  const detail = document.createElement("small");
  detail.textContent = typeof about === "string" ? about : words(about);
  entry.append(time, said, detail);
  list.prepend(entry);
  empty.hidden = true;
  while (list.children.length > KEPT) list.lastChild.remove();
};
