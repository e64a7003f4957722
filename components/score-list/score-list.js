// What a viewer does in a list: search, sort, keys, the card of a row. Enhances what the server wrote and keeps nothing
// of it: after each new answer the same is applied again, so that search, order, the open card and the focus stay.
(() => {
  const doc = document;
  const main = doc.querySelector("main");
  const all = (selector, within = main) => [...within.querySelectorAll(selector)];
  const one = (selector, within = main) => within.querySelector(selector);
  const ORDERS = ["score", "change", "name"];
  let words = [];
  let order = ORDERS[0];
  let last; // the row that had the focus: the next answer may put it elsewhere
  let own; // what frame.js hands over
  let opened; // the view of the open card, and its row

  const rows = () => all(".rows > li");
  const shown = () => rows().filter((row) => row.checkVisibility());
  const nameOf = (row) => one(".name", row);
  const numeric = (text) => (text == null ? -Infinity : +text);
  const language = () => main.firstElementChild.firstElementChild.lang;
  const BY = {
    score: (a, b) => one(".place", a).textContent.localeCompare(one(".place", b).textContent, language(), { numeric: true }),
    change: (a, b) => Math.abs(numeric(b.dataset.change)) - Math.abs(numeric(a.dataset.change)) || BY.score(a, b),
    name: (a, b) => nameOf(a).textContent.localeCompare(nameOf(b).textContent, language(), { numeric: true }),
  };
  BY.change = (a, b) => has(b) - has(a) || Math.abs(b.dataset.change) - Math.abs(a.dataset.change) || BY.score(a, b);
  const has = (row) => "change" in row.dataset;

  const apply = () => {
    const list = one(".rows");
    if (!list) return;
    const select = one(".sort select");
    if (select.value != order) select.value = order;
    for (const row of rows()) {
      const text = nameOf(row).textContent + " " + (one(".label", row)?.textContent || "");
      const fits = words.every((word) => text.toLowerCase().includes(word));
      if (row.hidden == fits) row.hidden = !fits;
    }
    const sorted = rows().sort(BY[order]);
    if (sorted.some((row, at) => row != list.children[at])) list.append(...sorted);
  };

  const place = (row) => row && (nameOf(row).matches("button") ? nameOf(row).focus() : (nameOf(row).tabIndex = -1, nameOf(row).focus()));
  const refocus = () => {
    if (!last || !doc.hasFocus() || (doc.activeElement != doc.body && doc.activeElement.checkVisibility())) return;
    const row = doc.getElementById(last.id);
    place(row?.checkVisibility() ? row : shown()[last.at] || shown().at(-1));
  };
  const update = () => {
    apply();
    refocus();
    const row = opened && doc.getElementById(opened.row);
    if (opened && !row) shut();
    else if (opened) nameOf(row).ariaExpanded = true;
    observer.takeRecords();
  };
  const observer = new MutationObserver(update);
  observer.observe(main, { childList: true, subtree: true, attributeFilter: ["hidden", "data-state"] });

  const shut = () => {
    const row = opened && doc.getElementById(opened.row);
    if (opened) own.views.delete(opened.view);
    opened = 0;
    if (!row) return;
    one(".card", row).replaceChildren();
    nameOf(row).ariaExpanded = false;
  };

  doc.addEventListener("focusin", ({ target }) => {
    const row = target.closest(".rows > li");
    last = row && { id: row.id, at: shown().indexOf(row) };
  });
  doc.addEventListener("input", ({ target }) => {
    if (target.type == "search") words = target.value.toLowerCase().match(/\S+/g) || [];
    else if (target.matches(".sort select")) order = target.value;
    else return;
    update();
  });
  doc.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-clear]")) return;
    words = [];
    one("[type=search]").value = "";
    one(".filter input").click();
    update();
    one("[type=search]").focus();
  });

  const band = (key) => one(`.filter [value="${["", "high", "medium", "low"][key]}"]`)?.click();
  const step = (by) => {
    const list = shown();
    const at = list.indexOf(doc.activeElement.closest(".rows > li"));
    place(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]);
  };
  const keys = {
    __proto__: null,
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    "/": () => one("[type=search]").focus(),
    "?": () => one(".keys summary").click(),
    s: () => {
      order = ORDERS[(ORDERS.indexOf(order) + 1) % ORDERS.length];
      update();
    },
    0: () => band(0),
    1: () => band(1),
    2: () => band(2),
    3: () => band(3),
  };
  doc.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !one(".rows")) return;
    if (key == "Escape") {
      const row = opened && doc.getElementById(opened.row);
      shut();
      if (row) place(row);
      return;
    }
    const typing = target.matches("input:not([type=radio],[type=checkbox]),select,textarea");
    if (target.closest(".card") || (typing && !(key == "ArrowDown" && target.type == "search"))) return;
    if (/Arrow/.test(key) && target.matches("[type=radio]")) return;
    if (!keys[key]) return;
    event.preventDefault();
    keys[key]();
  });

  self.inlayComponent = (given) => {
    own = given;
    const { post, fill, token, tick } = own;
    return {
      // The card opens within its row: below the list nobody would see it.
      async open(button) {
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
        own.views.add(view);
        tick();
      },
    };
  };
})();
