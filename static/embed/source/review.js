// Answering back: verdicts, and the forms that some of them need. One script for our frames and for elements in a
// host's page, fetched with the first press on one of these buttons, so that what is typed outlives the network.
// A form comes into its item's place, where no new answer touches it: in a frame a new answer leaves that place alone;
// in an element it has a root of its own. What is typed is kept here, in memory and nowhere else, until it is sent or
// cancelled; so it is there again wherever the form comes back to.
window.inlayReview ||= (() => {
  const doc = document;
  const drafts = new Map();
  const busy = new Set();
  const one = (selector, within) => within.querySelector(selector);
  const panel = (node) => node.closest("[data-inlay]");
  const framed = (node) => node.getRootNode() == doc;
  // A frame of ours asks before it goes with something unsent in it; a host's page is the host's.
  addEventListener("beforeunload", (event) => [...drafts.values()].some((draft) => draft._framed) && event.preventDefault());

  // What a frame hands over, as an element has it.
  const framing = ({ views, token, form, said, fill, tell }) => [
    async (to, fields) => {
      try {
        return await form("/" + to, fields);
      } catch (problem) {
        throw { ...(await said(problem)), status: problem.status };
      }
    },
    { token: token(), take: (answer) => fill([...views].find(({ tag }) => tag == answer.fragments[0].component), answer) },
    tell,
  ];

  return async (button, ...given) => {
    const root = button.getRootNode();
    const [post, session, tell = (name, detail) =>
      root.host.dispatchEvent(new CustomEvent("inlay-" + name, { bubbles: true, composed: true, detail }))
    ] = given[1] ? given : framing(...given);
    const { inlay: component, record } = panel(button).dataset;
    // A word of a closed list: its button says all of it, and where it goes.
    const { to } = button.dataset;
    if (to) return session.take(await post(to, Object.entries({ token: session.token, component, record, ...button.dataset })));
    // Of one row of a list in a host's page: the file beside this one has it.
    if (button.matches(".here")) {
      if (!window.inlayReviewRow) await import("./review-row.js#" + Date.now());
      return inlayReviewRow(button, post, session, tell);
    }
    const { item } = button.closest("[data-item]").dataset;
    // Each look finds them anew: a new answer may have put others in their place.
    const whole = () => one(`[data-inlay="${component}"]`, root);
    const own = () => one(`[data-item="${item}"]`, root);
    const key = (kind) => [component, record, item, kind].join(" ");

    // Where the form is, and what went wrong is said.
    const place = () => {
      const at = one(".answer", own());
      if (framed(at)) return at;
      if (!at.shadowRoot) {
        const inner = at.attachShadow({ mode: "open" });
        inner.adoptedStyleSheets = root.adoptedStyleSheets;
        const { className, dir, lang } = whole();
        inner.append(Object.assign(doc.createElement("div"), { className: className + " within", dir, lang }));
      }
      return at.shadowRoot.firstChild;
    };
    const shown = () => one("form", place());
    const asking = (kind) => one(`[data-ask=${kind}]`, own());
    const trouble = (text) => {
      one(".trouble", place())?.remove();
      if (!text) return;
      const line = Object.assign(doc.createElement("p"), { className: "trouble", role: "alert" });
      place().append(line);
      line.textContent = text;
    };
    const close = (back) => {
      const { kind } = shown()?.dataset || {};
      place().replaceChildren();
      const asked = kind && asking(kind);
      if (!asked) return;
      asked.ariaExpanded = false;
      if (back) asked.focus();
    };

    const open = (kind) => {
      close();
      place().append(one(`template[data-form=${kind}]`, whole()).content.cloneNode(true));
      const form = shown();
      const draft = drafts.get(key(kind));
      const { version, severity } = own().dataset;
      const { decision } = whole().dataset;
      // What the viewer saw when they began: whoever spoke meanwhile is not spoken over.
      Object.assign(form.dataset, { kind, version, decision });
      const fields = form.elements;
      if (fields.severity) fields.severity.value = severity;
      for (const name in draft?._values) fields[name].value = draft._values[name];
      const asked = asking(kind); // gone where its time is over: what was typed comes back without it
      if (asked) asked.ariaExpanded = true;
      form.oninput = () => {
        const values = Object.fromEntries(new FormData(form));
        drafts.set(key(kind), { _values: values, _framed: framed(form) });
      };
      form.onsubmit = (event) => {
        event.preventDefault();
        say(kind, form);
      };
      form.onkeydown = (event) => {
        if (event.key != "Escape" || !asking(kind)) return; // it stays where nothing could bring it back
        event.stopPropagation();
        event.preventDefault();
        close(1);
      };
      one("[data-close]", form).onclick = () => {
        drafts.delete(key(kind));
        close(1);
      };
      one("select,input,textarea", form).focus();
    };

    // What had the focus may be gone with the answer: to what can be done now, else to the item.
    const refocus = () => {
      const held = root.activeElement;
      if (held && held != doc.body && held.checkVisibility()) return;
      const can = [".review button,.verdict button,.body .actions button", "summary"].flatMap((each) => [...own().querySelectorAll(each)]);
      can.find((each) => each.checkVisibility())?.focus();
    };

    const say = async (verdict, form) => {
      if (busy.has(item)) return;
      busy.add(item);
      trouble();
      const { version } = (form || own()).dataset;
      const { decision } = (form || whole()).dataset;
      const typed = form ? Object.fromEntries(new FormData(form)) : {};
      try {
        const said = { token: session.token, component, record, decision, item, version, verdict, ...typed };
        const answer = await post("reviews", Object.entries(said));
        drafts.delete(key(verdict));
        close();
        await session.take(answer);
        const { comment, ...told } = typed; // the viewer's own words are for whoever sees the record
        tell("review", { component, record, decision, item, verdict, ...told });
        refocus();
      } catch (problem) {
        const { fragments, detail } = problem;
        if (fragments) await session.take(problem);
        // The form goes on from what its viewer sees now.
        if (form && fragments && own()) {
          if (!shown()) open(verdict);
          const { version: now } = own().dataset;
          Object.assign(shown().dataset, { version: now, decision: whole().dataset.decision });
        }
        const { offline, failed } = one("[data-offline]", whole()).dataset;
        trouble(detail || (navigator.onLine && problem.status ? failed : offline));
        if (fragments && !form) refocus();
        if (problem.status == 401) throw problem;
      } finally {
        busy.delete(item);
      }
    };

    const { ask, verdict } = button.dataset;
    if (!ask) await say(verdict);
    else if (shown()?.dataset.kind == ask) close(1);
    else open(ask);
  };
})();
