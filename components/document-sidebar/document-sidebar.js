// What a viewer does in the sidebar: search, filter, keys, copying, finding the place, exports.
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
  const make = (name, given) => Object.assign(doc.createElement(name), given);
  const main = one("main");
  const search = () => one("input", main);
  const itemOf = (element) => element.closest("[data-finding]");
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
    const is = verdict ? "reviewed" : "open";
    return (
      (!only.size || only.has(severity)) &&
      (!which || which == is || which == verdict || (which == "new" && one(".new", item))) &&
      words.every((word) => textOf(item).includes(word))
    );
  };

  const apply = () => {
    const list = one(".findings", main);
    if (!list) return;
    for (const severity of only) if (!one(`[data-only=${severity}]`, list)) only.delete(severity);
    for (const button of all("[data-only]", list)) button.ariaPressed = only.has(button.dataset.only);
    const items = all("[data-finding]", list);
    let count = 0;
    for (const item of items) {
      const fit = !!fits(item);
      count += fit;
      if (item.hidden == fit) item.hidden = !fit;
    }
    const shown = one(".shown", list);
    const number = (n) => n.toLocaleString(doc.documentElement.lang);
    const told = shown.dataset.shown.replace("{n}", number(count)).replace("{all}", number(items.length));
    write(shown, only.size || which || words[0] ? told : "");
  };

  // What had the focus went with an answer: to what took its place in the finding, or to the finding after it.
  const refocus = () => {
    if (!last || !doc.hasFocus() || (doc.activeElement != doc.body && doc.activeElement.checkVisibility())) return;
    const item = doc.getElementById(last.id);
    const list = shownFindings();
    const to =
      (item && !item.hidden && (one(".verdict button,.actions button", item) || one("summary", item))) ||
      list[last.at] ||
      list.at(-1) ||
      search();
    (!to || to.checkVisibility() ? to : one("summary", item))?.focus();
  };

  const update = (fresh) => {
    if (fresh) texts = new WeakMap();
    apply();
    refocus();
    observer.takeRecords();
  };
  const observer = new MutationObserver(update);
  observer.observe(main, { childList: true, subtree: true, attributeFilter: ["hidden", "aria-pressed", "data-verdict", "data-severity"] });

  doc.addEventListener("focusin", ({ target }) => {
    const item = itemOf(target);
    last = item && { id: item.id, at: shownFindings().indexOf(one("summary", item)) };
  });

  // Search and filter.
  doc.addEventListener("input", ({ target }) => {
    if (target.type == "search") words = target.value.toLowerCase().match(/\S+/g) || [];
    else if (target.matches(".which")) which = target.value;
    else return;
    update();
  });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // a frame may not, where the page around it does not say so; the older way needs a press only
      const area = make("textarea", { value: text });
      const back = doc.activeElement;
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

  doc.addEventListener("click", (event) => {
    const button = event.target.closest("button,a");
    if (!button) return;
    const { dataset } = button;
    if (dataset.only) {
      if (!only.delete(dataset.only)) only.add(dataset.only);
      update();
    } else if ("clear" in dataset) {
      only.clear();
      words = [];
      which = search().value = one(".which", main).value = "";
      update();
      search().focus();
    } else if (dataset.copy) copied(button, one("[data-text]", button.closest("figure,.suggestion")).textContent);
    else if (dataset.action == "locate") event.preventDefault(); // the link itself is for other clicks than ours
  }, true);
  doc.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches(".findings summary,[type=search]")) {
      const list = shownFindings();
      const at = list.indexOf(target); // of the search: before them all
      const to =
        key == "ArrowDown"
          ? list[at + 1]
          : at >= 0 && { __proto__: null, ArrowUp: list[at - 1] || search(), Home: list[0], End: list.at(-1), "/": search() }[key];
      if (!to) return;
      event.preventDefault();
      to.focus();
    }
  });

  // What needs the token or the page around us. frame.js calls these by a button's data-action.
  self.inlayComponent = ({ first, hears, post, said, fill, tell, token }) => {
    const shown = () => first.box.firstElementChild.dataset;
    const fields = (more) => ({ token: token(), component: first.tag, record: shown().record, ...more });
    const trouble = (text) => write(one(".trouble", main), text);
    const failed = async (problem) => {
      trouble((await said(problem)).detail || one(".trouble", main).dataset.trouble);
      if (problem.status == 401) throw problem;
    };
    let heard;
    hears["inlay-located"] = (detail) => heard?.(detail);

    return {
      async locate(button) {
        const item = itemOf(button);
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
        const sent = fields({ format });
        trouble("");
        if (format == "page") {
          const paper = make("form", { method: "post", action: "/exports", target: "_blank", rel: "noopener" });
          for (const name in sent) paper.append(make("input", { name, value: sent[name] }));
          doc.body.append(paper);
          paper.submit();
          return paper.remove();
        }
        try {
          const href = URL.createObjectURL(await (await post("/exports", sent)).blob());
          make("a", { href, download: one("h2", main).textContent + ".csv" }).click();
          setTimeout(() => URL.revokeObjectURL(href), 60000);
        } catch (problem) {
          await failed(problem);
        }
      },
    };
  };
})();
