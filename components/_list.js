// What a frame's list does whatever it lists: one open card, within its row, and the next row by a key. It stands before
// the list's own script, as one with it.
const doc = document;
const main = doc.querySelector("main");
const all = (selector, within = main) => [...within.querySelectorAll(selector)];
const one = (selector, within = main) => within.querySelector(selector);
const shown = () => all(".rows > li").filter((row) => row.checkVisibility());
const current = () => doc.activeElement.closest(".rows > li");
let own; // what frame.js hands over
let opened; // the view of the open card, and its row
let last; // the row that had the focus: the next answer may put it elsewhere

const shut = () => {
  const row = opened && doc.getElementById(opened.row);
  if (opened) own.views.delete(opened.view);
  opened = 0;
  if (!row) return;
  one(".card", row).replaceChildren();
  one(".name", row).ariaExpanded = false;
  return row;
};

// A new answer knows of no open card, and may have left out its row.
const keepCard = () => {
  const row = opened && doc.getElementById(opened.row);
  if (opened && !row) shut();
  else if (opened) one(".name", row).ariaExpanded = true;
};

// Where the focus belongs after a new answer: to its row, or to what took its place; undefined where it is not lost.
const lost = () => {
  if (!last || !doc.hasFocus() || (doc.activeElement != doc.body && doc.activeElement.checkVisibility())) return;
  const row = doc.getElementById(last.id);
  return row?.checkVisibility() ? row : shown()[last.at] || shown().at(-1) || null;
};

const stepped = (by) => {
  const rows = shown();
  const at = rows.indexOf(current());
  return rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
};

// The card opens within its row: below the list nobody would see it.
const open = async (button) => {
  const { post, fill, token, tick, views } = own;
  const row = button.closest("li");
  const { record, opens } = button.dataset;
  const again = opened?.row == row.id;
  shut();
  if (again) return;
  const view = { tag: opens, record, box: doc.createElement("section") };
  opened = { row: row.id, view };
  one(".card", row).append(view.box);
  button.ariaExpanded = true;
  const asked = await post("/components:batch", [["token", token()], ["style", opens], ["item", `${opens} ${record} -`]]);
  if (opened?.view != view) return;
  await fill(view, await asked.json());
  views.add(view);
  tick();
};
