// What a reviewer does in the worklist: select, accept many in one request, take them back, all by keys. Enhances what
// the server wrote and keeps nothing of it but what was selected: that lives in the boxes, which new answers leave alone.
(() => {
  const doc = document;
  const main = doc.querySelector("main");
  const all = (selector, within = main) => [...within.querySelectorAll(selector)];
  const one = (selector, within = main) => within.querySelector(selector);
  const write = (element, text) => element && (element.textContent == text || (element.textContent = text));
  let own; // what frame.js hands over
  let opened; // the view of the open card, and its row
  let last; // the row that had the focus
  let batch = []; // records that were accepted together last
  let busy;

  const rows = () => all(".rows > li").filter((row) => row.checkVisibility());
  const pick = (row) => one(".pick", row);
  const picked = () => rows().filter((row) => pick(row).checked);
  const current = () => doc.activeElement.closest(".rows > li");
  const language = () => one("[data-inlay]").lang;

  const count = () => {
    const n = picked().length;
    const output = one(".picked");
    if (output) write(output, n ? output.dataset.picked.replace("{n}", n.toLocaleString(language())) : "");
    const every = one(".every input");
    if (!every) return;
    every.checked = n && n == rows().length;
    every.indeterminate = n && !every.checked;
  };
  const refocus = () => {
    if (!last || !doc.hasFocus() || (doc.activeElement != doc.body && doc.activeElement.checkVisibility())) return;
    const row = doc.getElementById(last.id);
    const to = row?.checkVisibility() ? row : rows()[last.at] || rows().at(-1);
    if (to) pick(to).focus();
    else one(".done button, .keys summary")?.focus();
  };
  const update = () => {
    count();
    refocus();
    const row = opened && doc.getElementById(opened.row);
    if (opened && !row) shut();
    else if (opened) one(".name", row).ariaExpanded = true;
    observer.takeRecords();
  };
  const observer = new MutationObserver(update);
  observer.observe(main, { childList: true, subtree: true, attributeFilter: ["data-kind"] });

  const shut = () => {
    const row = opened && doc.getElementById(opened.row);
    if (opened) own.views.delete(opened.view);
    opened = 0;
    if (!row) return;
    one(".card", row).replaceChildren();
    one(".name", row).ariaExpanded = false;
  };

  doc.addEventListener("focusin", ({ target }) => {
    const row = target.closest(".rows > li");
    if (row) last = { id: row.id, at: rows().indexOf(row) };
  });
  doc.addEventListener("change", ({ target }) => {
    if (target.closest(".every")) for (const row of rows()) pick(row).checked = target.checked;
    // what a filter hides is not accepted unseen
    if (target.closest(".filter, .whole")) for (const box of all(".rows .pick")) if (!box.checkVisibility()) box.checked = false;
    count();
  });

  // One request for all of them; each is told apart in the answer. What failed stays selected.
  const send = async (said, told) => {
    if (!said.length || busy) return;
    busy = true;
    const trouble = one(".trouble");
    write(trouble, "");
    main.ariaBusy = true;
    try {
      const { token, post, fill, first, tell } = own;
      const reviews = said.map(({ verdict, record, decision, version }) => ["review", [verdict, record, decision, version].join(" ")]);
      const answer = await (await post("/reviews", [["token", token()], ["component", first.tag], ...reviews])).json();
      const names = new Map(said.map(({ record, name }) => [record, name]));
      const failed = answer.results.filter(({ status }) => status != 200);
      const kept = answer.results.filter(({ status }) => status == 200);
      for (const row of said) row.box && (row.box.checked = failed.some(({ record }) => record == row.record));
      batch = kept.filter(({ verdict }) => verdict == "accept").map(({ record }) => record);
      await fill(first, answer);
      const note = one(".told");
      if (kept.length) write(note, note.dataset[told].replace("{n}", kept.length.toLocaleString(language())));
      write(one(".trouble"), failed.map(({ record, detail }) => `${names.get(record)}: ${detail}`).join("\n"));
      for (const { record, verdict } of kept) tell("review", { record, verdict });
    } catch (problem) {
      write(one(".trouble"), (await own.said(problem)).detail || trouble.dataset.trouble);
      if (problem.status == 401) throw problem;
    } finally {
      busy = false;
      main.ariaBusy = null;
      update();
    }
  };
  const about = (row, verdict) => {
    const { row: record, decision, version } = row.dataset;
    return { verdict, record, decision, version, name: one(".name", row).textContent, box: pick(row) };
  };
  const accept = () => {
    const chosen = picked().length ? picked() : [current()].filter(Boolean);
    return send(chosen.map((row) => about(row, row.dataset.kind == "approve" ? "approve" : "accept")), "done");
  };
  const undo = (only) => {
    const done = all(".done li");
    const mine = only ? [only] : batch.length ? done.filter((row) => batch.includes(row.dataset.row)) : done.slice(0, 1);
    return send(mine.map((row) => about(row, "undo")), "undone");
  };

  const step = (by) => {
    const list = rows();
    const at = list.indexOf(current());
    const to = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))];
    if (to) pick(to).focus();
  };
  const keys = {
    __proto__: null,
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    x: () => one(".every input")?.click(),
    a: () => one("[data-action=accepted]")?.click(),
    u: () => undo().catch(own.tick),
    "?": () => one(".keys summary").click(),
    Enter: () => one("button.name", current() || main)?.click(),
  };
  doc.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(".card")) {
      if (key == "Escape" && target.closest(".card")) shut();
      return;
    }
    if (key == "Escape") {
      const row = opened && doc.getElementById(opened.row);
      shut();
      if (row) pick(row).focus();
      return;
    }
    if (!keys[key] || (/Arrow/.test(key) && target.matches("[type=radio]"))) return;
    if (key == "Enter" && !target.matches(".pick")) return; // buttons answer by themselves
    event.preventDefault();
    keys[key]();
  });

  self.inlayComponent = (given) => {
    own = given;
    const { post, fill, token, tick } = own;
    return {
      accepted: accept,
      undone: (button) => undo(button.closest("li")),

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
