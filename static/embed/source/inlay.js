// Inlay's loader: one self-contained script, classic or module, that registers every element.
// `make` nothing: scripts/embed.py writes the small form that is served, ../inlay.js; the server fills in the two
// names in capitals. A name that starts with _ is private and gets a short name there.
(() => {
  // A second copy on the page, of whichever version, does nothing: an element is defined once.
  if (self.Inlay) return;

  // Some hosts allow closed roots only; tests need open ones.
  const MODE = "open";
  const FAST = 1500;
  const SLOW = 30000;
  const MINUTE = 60000;
  const LIMIT = 200;
  // The three texts stand in only where no fragment of ours is there to speak the viewer's language.
  const settings = { unavailable: "Try again", denied: "No access", "auth-expired": "Sign in again" };
  const doc = document;
  const now = Date.now;

  const sessions = new Set();
  const sheets = {};
  // Elements without a session: new, or without a proof, or far below the fold.
  const waiting = new Set();
  let delay = FAST;
  let calm, started, queued, timer;

  // A host may demand trusted HTML and forbid our policy too: then the browser's own sanitizer reads the text.
  let policy;
  try {
    policy = trustedTypes.createPolicy("inlay", { createHTML: (html) => html });
  } catch {}
  const parse = (html) => {
    const into = doc.createElement("template");
    if (!policy && into.setHTML) into.setHTML(html, { sanitizer: {} });
    else into.innerHTML = policy ? policy.createHTML(html) : html;
    return into.content;
  };

  // Change what differs and nothing else, so that focus and open disclosures stay.
  const morph = (old, fresh) => {
    const was = [...old.childNodes];
    for (const node of [...fresh.childNodes]) {
      const mine = was.shift();
      if (!mine) old.append(node);
      else if (mine.nodeName != node.nodeName) mine.replaceWith(node);
      else if (!node.attributes) mine.data = node.data;
      else {
        for (const name of mine.getAttributeNames())
          if (name != "open" && !node.hasAttribute(name)) mine.removeAttribute(name);
        for (const { name, value } of node.attributes) mine.setAttribute(name, value);
        morph(mine, node);
      }
    }
    for (const node of was) node.remove();
  };

  // Constructed sheets are adopted, not inserted: no host's policy can block them, and all elements share them.
  const sheet = (css) => {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };

  // A form with the token in its body is a simple request: no preflight. Never a cookie.
  const post = async (path, fields) => {
    const answer = await fetch("__INLAY_URL__/" + path, {
      method: "POST",
      body: new URLSearchParams(fields),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(15000),
    });
    if (answer.ok) return answer.json();
    // Its code, and what a sign-in must be told, are for the page. What is no JSON says neither: a number spreads to
    // nothing.
    throw { ...(await answer.json().catch(now)), status: answer.status, wait: answer.headers.get("retry-after") };
  };

  // One proof, exchanged: its connection, entry component and records, and the elements that show them.
  class Session {
    _views = new Set();
    _records = new Set();
    _failures = (this._until = 0);

    // One request at a time; who comes meanwhile is served by the next. Forced: after a failure or an end too.
    async _run(forced) {
      if (this._busy) return (this._again = 1);
      if (now() < this._until && !forced) return;
      this._busy = 1;
      try {
        if (now() > this._renewAt && this.token) this.take(await post("session/renew", [["token", this.token]]));
        await (this.token ? this._poll() : this._open());
        this._failures = this._until = 0;
      } catch (problem) {
        this._fail(problem);
      }
      this._busy = 0;
      if (!this._again) return;
      this._again = 0;
      if (!this.token || [...this._views].some((view) => !view._etag)) this._run();
    }

    async _open() {
      const { _connection: connection, _component: component } = this;
      const records = [...this._records];
      let proof;
      try {
        proof = await (this._get || settings.getToken)({ connection, component, records });
      } catch {}
      if (!proof) throw this._why || { code: "sign-in-needed", status: 401 };
      this.take(
        await post("session", [
          ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
          ["subject_token_type", "urn:ietf:params:oauth:token-type:jwt"],
          ["subject_token", proof],
          ["connection", connection],
          ["component", component],
          ...records.map((record) => ["records", record]),
        ]),
      );
    }

    // What is to be seen, and what was never fetched.
    async _poll() {
      const fields = [];
      for (const { _tag, _record, _etag, _visible } of this._views)
        if ((_visible || !_etag) && fields.length < LIMIT) {
          fields.push(["item", _tag + " " + _record + " " + (_etag || "-")]);
          if (!sheets[_tag]) fields.push(["style", _tag]);
        }
      if (fields[0]) this.take(await post("components:batch", [["token", this.token], ...fields]));
    }

    take({ access_token, expires_in, fragments = [], styles }) {
      if (access_token) {
        this.token = access_token;
        this._renewAt = now() + expires_in * 800;
      }
      for (const tag in styles) sheets[tag] ||= sheet(styles[tag]);
      for (const part of fragments)
        for (const view of this._views)
          if (view._tag == part.component && view._record == part.record) view._show(part);
    }

    // A dead token is followed by a new proof; a refused proof ends the session until somebody acts;
    // anything else is tried again, later each time.
    _fail(problem, { status, wait } = problem) {
      if (status == 401 && this.token) {
        this._why = problem;
        this.token = 0;
        return (this._again = 1);
      }
      let kind = "unavailable";
      let pause = wait * 1000 || Math.min(SLOW, 1000 * 2 ** this._failures++);
      if (!this.token && status < 500 && status != 429) {
        kind = status == 403 ? "denied" : "auth-expired";
        pause = Infinity;
      }
      this._until = now() + pause;
      for (const view of this._views) view._fail(kind, problem);
    }
  }

  // Everything connected by now goes in one request, up to the limit; what is beyond it, or comes later,
  // is fetched when it comes near the viewport.
  const flush = () => {
    queued = 0;
    const touched = new Set();
    for (const view of waiting) {
      const { getToken: _get, _tag: _component, _record, _visible } = view;
      const _connection = view.getAttribute("connection") || settings.connection;
      if (!(_get || settings.getToken) || !_connection || !_record || (started && !_visible)) continue;
      // A proof is for the records that it was asked for; only a session that has not asked takes more.
      const session =
        [...sessions].find(
          (one) =>
            one._get == _get &&
            one._connection == _connection &&
            one._component == _component &&
            (one._records.has(_record) || !(one.token || one._busy || one._until || one._records.size >= LIMIT)),
        ) || Object.assign(new Session(), { _get, _connection, _component });
      for (const one of (view.getAttribute("records") || _record).split(" "))
        if (session._records.add(one).size >= LIMIT) started = 1;
      view._join(session);
      touched.add(session);
    }
    for (const session of touched) {
      started = 1;
      session._run();
    }
  };

  // The page's own elements are all known once it is parsed, which is before deferred scripts run.
  const queue = () => {
    queued ||=
      doc.readyState == "loading" ? doc.addEventListener("readystatechange", flush) : setTimeout(flush);
  };

  // Often for a minute after load, focus or input, then ever less; hidden: not at all.
  const tick = (forced) => {
    clearTimeout(timer);
    timer = 0;
    if (doc.hidden) return;
    delay = Math.min(now() < calm ? FAST : SLOW, delay * 1.5);
    timer = setTimeout(tick, delay);
    queue();
    for (const session of sessions) session._run(forced);
  };
  const wake = () => {
    calm = now() + MINUTE;
    if (timer && delay <= FAST) return;
    delay = FAST;
    tick();
  };
  for (const kind of "focus pointerdown keydown visibilitychange".split(" ")) addEventListener(kind, wake, true);

  const eyes = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        target._visible = isIntersecting;
        if (isIntersecting && !target._etag) target._session ? target._session._run() : queue();
      }
    },
    { rootMargin: "300px" },
  );
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) target._tell("resize", { width: target.offsetWidth, height: target.offsetHeight });
  });

  // What holds before a component's own sheet is here: its place, and where a card opens; how large, its sheet says.
  const shell = sheet(
    ":host{display:inline-block;vertical-align:middle}" +
      ":host([popover]){inset:auto;margin:4px;position-area:end span-end;" +
      "position-try:flip-block,flip-inline}" +
      ":host([hidden]),:host([popover]:not(:popover-open)){display:none}" +
      ":host>p{position:fixed;clip-path:inset(50%)}" +
      "[aria-busy]:empty{background:#8882;padding:12px 56px}",
  );

  class Panel extends HTMLElement {
    static observedAttributes = ["connection", "record", "records"];

    constructor() {
      super();
      const [_box, _note, _live] = ["div", "button", "p"].map((name) => doc.createElement(name));
      const _root = this.attachShadow({ mode: MODE });
      _root.append(_box, _note, _live);
      Object.assign(this, { _box, _note, _live, _root, _tag: this.localName.slice(6) });
      _root.adoptedStyleSheets = [shell];
      _root.addEventListener("click", this);
      _box.ariaBusy = _note.hidden = true;
      _note.dataset.action = "retry";
      _live.role = "status";
    }

    // A list is about all records of its session, under one name.
    get _record() {
      return /list/.test(this._tag) ? "session/records" : this.getAttribute("record");
    }

    // Also when it only moved: then its session and content are still there, and nothing is asked.
    connectedCallback() {
      eyes.observe(this);
      sizes.observe(this);
      if (this._session) this._join(this._session);
      else {
        waiting.add(this);
        queue();
      }
    }

    disconnectedCallback() {
      const { _session } = this;
      eyes.unobserve(this);
      sizes.unobserve(this);
      waiting.delete(this);
      _session?._views.delete(this);
      if (!_session?._views.size) sessions.delete(_session);
    }

    // Another record: what is shown is not about it.
    attributeChangedCallback() {
      if (!this._session) return;
      this.disconnectedCallback();
      this._card?.remove();
      this._card = this._session = this._etag = this._said = 0;
      this._box.ariaBusy = true;
      this._box.textContent = "";
      if (this.isConnected) this.connectedCallback();
    }

    _join(session) {
      waiting.delete(this);
      sessions.add((this._session = session));
      session._views.add(this);
    }

    _tell(name, detail) {
      const { _tag: component, _record: record } = this;
      this.dispatchEvent(new CustomEvent("inlay-" + name, { bubbles: true, composed: true, detail: { component, record, ...detail } }));
    }

    _show({ etag, state = this._state, html, code }) {
      const { _box, _trouble, _said } = this;
      const changed = html && etag != this._etag;
      this._trouble = _box.ariaBusy = null;
      this._note.hidden = true;
      if (changed) {
        this._root.adoptedStyleSheets = [shell, sheets[this._tag]];
        morph(_box, parse(html));
        this._etag = etag;
        this._state = state;
        // Said when it changes: the start and the end of a scoring, not every poll, not the first sight.
        this._said = _box.firstElementChild.dataset.announce;
        if (_said && _said != this._said) this._live.textContent = this._said;
      }
      if (changed || _trouble) this._tell(state == "empty" ? "ready" : state, { state, code });
    }

    // What is on the page stays, unless the viewer may not see it any more. Told once, however often we try.
    _fail(kind, problem) {
      const { _box, _note, _trouble } = this;
      _box.ariaBusy = null;
      if (kind == "denied") _box.textContent = "";
      _note.hidden = kind == "unavailable" && _box.firstChild;
      _note.textContent = settings[kind];
      this._trouble = kind;
      if (_trouble != kind) this._tell(kind, problem);
    }

    // After us comes the browser, which on the same click opens the card, and later closes it.
    async handleEvent({ target }) {
      const button = target.closest("[data-action]");
      const { action, opens, record = this._record } = button?.dataset || {};
      if (opens) {
        if (this._card?._record != record) {
          this._card?.remove();
          const ariaLabel = button.textContent;
          const card = doc.createElement("inlay-" + opens);
          card.setAttribute("record", record);
          Object.assign(card, { _session: this._session, ariaLabel, popover: "auto", tabIndex: -1, autofocus: true, role: "dialog" });
          // In a shadow root the browser forgets to whom it should give the focus back.
          card.onbeforetoggle = ({ newState }) => {
            if (newState == "closed" && this._root.activeElement == card) button.focus();
          };
          this._root.append((this._card = card));
        }
        button.popoverTargetElement = this._card;
      }
      if (action == "retry") {
        this._etag = 0;
        tick(1);
      }
      if (action == "review") {
        if (!self.inlayReview) await import("__INLAY_URL__/embed/review.js#" + now());
        inlayReview(button, post, this._session);
      }
    }
  }

  self.Inlay = {
    refresh: () => tick(1),
    configure(given) {
      tick(Object.assign(settings, given));
    },
  };

  for (const tag of "__INLAY_TAGS__".split(" "))
    customElements.define("inlay-" + tag, class extends Panel {});
  wake();
})();
