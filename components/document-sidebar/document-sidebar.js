// What a viewer does in the sidebar: search, filter, keys, forms, copying, finding the place, verdicts, exports.
// Enhances what the server wrote and keeps nothing of it: after each new answer the same is applied again, so that the
// filter, the search, an unsent comment and the focus stay. frame.js knows the token; it hands over what needs one.
(() => {
  const doc = document;
  const only = new Set();
  let which = "";
  let words = [];
  let texts = new WeakMap();
  let last; // where the focus was: what it was on may go with the next answer
  let unheard; // nobody around us finds places

  const all = (selector, within = doc) => [...within.querySelectorAll(selector)];
  const one = (selector, within = doc) => within.querySelector(selector);
  const main = one("main");
  const shownFindings = () => all("[data-finding]:not([hidden]) summary");
  const write = (element, text) => element.textContent == text || (element.textContent = text);

  // The finding's own words, not those of its buttons.
  const textOf = (item) => {
    let text = texts.get(item);
    if (text == null) {
      text = all(".name,blockquote,.why,.suggestion p,.comment", item).map((each) => each.textContent).join(" ").toLowerCase();
      texts.set(item, text);
    }
    return text;
  };
  const fits = (item) => {
    const { severity, verdict } = item.dataset;
    const found = {
      __proto__: null,
      open: !verdict,
      reviewed: verdict,
      new: which == "new" && one(".new", item),
      [verdict]: 1,
    };
    return (!only.size || only.has(severity)) && (!which || found[which]) && words.every((word) => textOf(item).includes(word));
  };

  const apply = () => {
    const list = one(".findings", main);
    if (!list) return;
    const buttons = all("[data-only]", list);
    for (const severity of only) if (!buttons.some(({ dataset }) => dataset.only == severity)) only.delete(severity);
    for (const button of buttons) button.ariaPressed = only.has(button.dataset.only);
    const items = all("[data-finding]", list);
    let count = 0;
    for (const item of items) {
      const fit = fits(item);
      count += !!fit;
      if (item.hidden == fit) item.hidden = !fit;
    }
    for (const section of all("section", list)) {
      const empty = !one("[data-finding]:not([hidden])", section);
      if (section.hidden != empty) section.hidden = empty;
    }
    one(".none", list).hidden = count;
    const shown = one(".shown", list);
    const number = (n) => n.toLocaleString(doc.documentElement.lang);
    const told = shown.dataset.shown.replace("{n}", number(count)).replace("{all}", number(items.length));
    write(shown, only.size || which || words.length ? told : "");
  };

  // What had the focus went with an answer: to what took its place in the finding, or to the finding after it.
  const refocus = () => {
    if (!last || !doc.hasFocus() || (doc.activeElement != doc.body && doc.activeElement.checkVisibility())) return;
    const item = doc.getElementById(last.id);
    const to =
      (item && !item.hidden && (one(".verdict button,.actions button", item) || one("summary", item))) ||
      shownFindings()[Math.min(last.at, shownFindings().length - 1)] ||
      one("input", main);
    if (to && !to.checkVisibility()) one("summary", item).focus();
    else to?.focus();
  };

  const LOOKED_AT = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "aria-pressed", "data-verdict", "data-severity"] };
  const observer = new MutationObserver(() => update());
  const update = (fresh = 1) => {
    if (fresh) texts = new WeakMap();
    apply();
    refocus();
    observer.takeRecords();
  };
  observer.observe(main, LOOKED_AT);

  doc.addEventListener("focusin", ({ target }) => {
    const item = target.closest("[data-finding]");
    last = item && { id: item.id, at: shownFindings().indexOf(one("summary", item)) };
  });

  // Search and filter.
  doc.addEventListener("input", ({ target }) => {
    if (target.type == "search") words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
    else if (target.matches(".which")) which = target.value;
    else return;
    update(0);
  });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // a frame may not, where the page around it does not say so; the older way needs a press only
      const area = doc.createElement("textarea");
      const back = doc.activeElement;
      area.value = text;
      doc.body.append(area);
      area.select();
      doc.execCommand("copy");
      area.remove();
      back.focus();
    }
  };
  const copied = async (button, text) => {
    const label = one("span", button) || button.lastChild;
    const before = label.textContent;
    await copy(text);
    label.textContent = button.dataset.copy || one("[data-copy]", main).dataset.copy;
    setTimeout(() => (label.textContent = before), 2000);
  };
  const textFor = (button) => one("[data-text]", button.closest("figure,.suggestion")).textContent;

  // A form comes into its finding when it is asked for.
  const close = (place, back) => {
    if (!place) return;
    place.replaceChildren();
    for (const button of all("[data-ask]", place.parentNode)) {
      const was = button.ariaExpanded == "true";
      button.ariaExpanded = false;
      if (was && back) button.focus();
    }
  };
  const ask = (button) => {
    const item = button.closest("[data-finding]");
    const place = one(".answer", item);
    const open = button.ariaExpanded == "true";
    close(place);
    if (open) return;
    button.ariaExpanded = true;
    place.append(one(`template[data-form=${button.dataset.ask}]`, main).content.cloneNode(true));
    const severity = one("[name=severity]", place);
    if (severity) severity.value = item.dataset.severity;
    one("select", place).focus();
  };

  doc.addEventListener("click", (event) => {
    const button = event.target.closest("button,a");
    if (!button) return;
    const { dataset } = button;
    if (dataset.only) {
      if (!only.delete(dataset.only)) only.add(dataset.only);
      update(0);
    } else if ("clear" in dataset) {
      only.clear();
      words = [];
      which = one("input[type=search]", main).value = one(".which", main).value = "";
      update(0);
      one("input[type=search]", main).focus();
    } else if (dataset.copy) copied(button, textFor(button));
    else if (dataset.ask) ask(button);
    else if ("close" in dataset) close(button.closest(".answer"), 1);
    else if (dataset.action == "locate" && button.href) {
      // The link itself is the way where nobody around us answers.
      if (unheard) event.stopImmediatePropagation();
      else event.preventDefault();
    }
  }, true);
  doc.addEventListener("submit", (event) => event.preventDefault());

  doc.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key == "Escape") {
      const place = target.closest(".answer");
      if (place) close(place, 1);
    } else if (target.matches(".findings summary")) {
      const list = shownFindings();
      const at = list.indexOf(target);
      const to = { __proto__: null, ArrowDown: list[at + 1], ArrowUp: list[at - 1] || one("input", main), Home: list[0], End: list.at(-1), "/": one("input", main) }[key];
      if (to) {
        event.preventDefault();
        to.focus();
      }
    } else if (key == "ArrowDown" && target.type == "search") {
      event.preventDefault();
      shownFindings()[0]?.focus();
    }
  });

  // What needs the token or the page around us. frame.js calls these by a button's data-action.
  self.inlayComponent = ({ launch, first, hears, form, fill, tell, token }) => {
    const root = () => one(".document-sidebar", main);
    const fields = (more) => [["token", token()], ["component", first.tag], ["record", root().dataset.record], ...more];
    const trouble = (text) => write(one(".trouble", main), text);
    const failed = async (problem) => {
      const { detail } = (await problem.json?.().catch(() => 0)) || {};
      trouble(detail || one(".trouble", main).dataset.trouble);
      if (problem.status == 401) throw problem;
    };
    let heard;
    hears["inlay-located"] = (detail) => heard?.(detail);

    return {
      async review(button) {
        const item = button.closest("[data-finding]");
        const { decision } = root().dataset;
        const given = button.form;
        if (given && !given.reportValidity()) return;
        const place = one(".answer", item);
        button.disabled = true;
        trouble("");
        try {
          const answer = await form("/reviews", fields([
            ["decision", decision],
            ["finding", item.dataset.finding],
            ["verdict", button.dataset.verdict],
            ...(given ? new FormData(given) : []),
          ]));
          close(place);
          await fill(first, answer);
        } catch (problem) {
          await failed(problem);
        } finally {
          button.disabled = false;
        }
      },

      async locate(button) {
        const item = button.closest("[data-finding]");
        const quote = one("blockquote", item).textContent;
        const { page } = button.dataset;
        const url = button.href;
        // Who begins to look says so at once (found: null) and may take some seconds: a press opens a tab for five.
        const answer = !unheard && await new Promise((done) => {
          let timer = setTimeout(done, 400);
          heard = (detail) => {
            clearTimeout(timer);
            if (detail.found == null) timer = setTimeout(done, 4000, detail);
            else done(detail);
          };
          tell("locate", { finding: item.dataset.finding, quote, page: page ? +page : null, url });
        });
        unheard = !answer;
        if (answer?.found) return;
        if (url && (page || !answer)) open(url, "_blank", "noopener");
        else await copied(button, quote);
      },

      async exported(button) {
        const { format } = button.dataset;
        const sent = fields([["format", format]]);
        trouble("");
        if (format == "page") {
          const paper = doc.createElement("form");
          Object.assign(paper, { method: "post", action: "/exports", target: "_blank", rel: "noopener", hidden: true });
          for (const [name, value] of sent) paper.append(Object.assign(doc.createElement("input"), { name, value }));
          doc.body.append(paper);
          paper.submit();
          return paper.remove();
        }
        try {
          const answer = await fetch("/exports", { method: "POST", body: new URLSearchParams(sent) });
          if (!answer.ok) throw answer;
          const link = doc.createElement("a");
          link.href = URL.createObjectURL(await answer.blob());
          link.download = one("h2", main).textContent + ".csv";
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 60000);
        } catch (problem) {
          await failed(problem);
        }
      },
    };
  };
})();
