// What a reviewer does in the worklist: select, accept many in one request, take them back, all by keys. Enhances what
// the server wrote and keeps nothing of it but what was selected: that lives in the boxes, which new answers leave alone.
// @include "_list.js"
(() => {
  const write = (element, text) => element && (element.textContent == text || (element.textContent = text));
  let batch = []; // records that were accepted together last
  let busy;

  const pick = (row) => one(".pick", row);
  const picked = () => shown().filter((row) => pick(row).checked);
  const language = () => one("[data-inlay]").lang;

  const count = () => {
    const n = picked().length;
    const output = one(".picked");
    if (output) write(output, n ? output.dataset.picked.replace("{n}", n.toLocaleString(language())) : "");
    const every = one(".every input");
    if (!every) return;
    every.checked = n && n == shown().length;
    every.indeterminate = n && !every.checked;
  };
  const update = () => {
    count();
    const row = lost();
    if (row) pick(row).focus();
    else if (row === null) one(".done button, .keys summary")?.focus();
    keepCard();
    observer.takeRecords();
  };
  const observer = new MutationObserver(update);
  observer.observe(main, { childList: true, subtree: true, attributeFilter: ["data-kind"] });

  doc.addEventListener("focusin", ({ target }) => {
    const row = target.closest(".rows > li");
    if (row) last = { id: row.id, at: shown().indexOf(row) };
  });
  doc.addEventListener("change", ({ target }) => {
    if (target.closest(".every")) for (const row of shown()) pick(row).checked = target.checked;
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
    const row = stepped(by);
    if (row) pick(row).focus();
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
      const row = shut();
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
    return { open, accepted: accept, undone: (button) => undo(button.closest("li")) };
  };
})();
