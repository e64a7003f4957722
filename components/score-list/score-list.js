// What a viewer does in a list: search, sort, keys, the card of a row. Enhances what the server wrote and keeps nothing
// of it: after each new answer the same is applied again, so that search, order, the open card and the focus stay.
// @include "_list.js"
(() => {
  const ORDERS = ["score", "change", "name"];
  let words = [];
  let order = ORDERS[0];

  const rows = () => all(".rows > li");
  const nameOf = (row) => one(".name", row);
  const has = (row) => "change" in row.dataset;
  const language = () => main.firstElementChild.firstElementChild.lang;
  const BY = {
    score: (a, b) => one(".place", a).textContent.localeCompare(one(".place", b).textContent, language(), { numeric: true }),
    change: (a, b) => has(b) - has(a) || Math.abs(b.dataset.change) - Math.abs(a.dataset.change) || BY.score(a, b),
    name: (a, b) => nameOf(a).textContent.localeCompare(nameOf(b).textContent, language(), { numeric: true }),
  };

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
  const update = () => {
    apply();
    const row = lost();
    if (row) place(row);
    keepCard();
    observer.takeRecords();
  };
  const observer = new MutationObserver(update);
  observer.observe(main, { childList: true, subtree: true, attributeFilter: ["hidden", "data-state"] });

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
  const keys = {
    __proto__: null,
    j: () => place(stepped(1)),
    ArrowDown: () => place(stepped(1)),
    k: () => place(stepped(-1)),
    ArrowUp: () => place(stepped(-1)),
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
      place(shut());
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
    return { open };
  };
})();
