// The script of our own iframe pages: the bridge to the page around us, and the panel's schedule.
// scripts/embed.py writes the small form that is served, ../frame.js.
(() => {
  const doc = document;
  const now = Date.now;

  // The launch leaves the page; its token lives in this closure only.
  const data = doc.getElementById("inlay-launch");
  const launch = JSON.parse(data.textContent);
  data.remove();
  const { origin: host, component, record } = launch;
  let { token } = launch;

  const FAST = 1500;
  const SLOW = 30000;
  const MINUTE = 60000;
  const BUDGET = 30;
  const scriptNonce = doc.currentScript.nonce;
  const [main, live] = doc.body.children;
  const first = { tag: component, etag: launch.etag, box: main.firstElementChild, state: "auth-expired" };
  const views = new Set([first]);
  let renewAt = now() + launch.expires_in * 800;
  let calm, changes, timer, busy, again, trouble;
  let delay = FAST;
  let failures = 0;
  let shown = true;

  // The bridge. One exact origin both ways. A frame in a sandbox has an origin that nobody can name, so all but the
  // handshake goes through one port, which the host hands over once and only if it repeats our nonce.
  const opaque = self.origin == "null";
  const nonce = "" + crypto.getRandomValues(new Uint32Array(4));
  const held = [];
  let id = 0;
  let port;
  const tell = (name, detail) => {
    const message = { inlay: 1, id: ++id, type: "inlay-" + name, detail: { component, record, ...detail } };
    if (port) port.postMessage(message);
    else if (opaque && name != "hello") held.push(message);
    else parent.postMessage(message, host);
  };

  // Canvas speaks JSON text; we never send it a token, and always name its origin.
  const canvas = (body) => {
    const client = { oauthToken: "null", instanceId: launch.instance, targetOrigin: host };
    const message = { seq: ++id, src: "client", clientVersion: "41.0", targetModule: "Canvas" };
    message.body = { ...body, config: { client } };
    if (launch.bridge == "canvas") parent.postMessage(JSON.stringify(message), host);
  };

  const hears = {
    __proto__: null,
    "inlay-hello"() {
      height = 0;
      measure();
      tell(first.state);
    },
    "inlay-theme"({ theme, direction }) {
      const root = doc.documentElement;
      if (theme) root.dataset.theme = theme;
      if (direction) root.dir = direction;
    },
    "inlay-visible"({ visible }) {
      shown = visible;
      delay = SLOW;
      wake();
    },
    "inlay-proof": (proof) => change("prove", proof).catch(expired),
  };
  const hear = (message, ports) => {
    const { inlay, type, detail } = message || {};
    if (!inlay || !type || !detail) return "shape";
    if (inlay != 1) return "version";
    if (opaque && ports) {
      if (port || type != "inlay-hello" || detail.nonce != nonce || !ports[0]) return "port";
      port = ports[0];
      port.onmessage = (event) => refuse(hear(event.data));
      held.forEach((one) => port.postMessage(one));
    } else if (hears[type]) hears[type](detail);
    else return "type";
  };
  // Refusals are told to nobody but our own document, where the preview and the tests listen.
  const refuse = (reason) => reason && dispatchEvent(new CustomEvent("inlay-refused", { detail: { reason } }));
  addEventListener("message", ({ data, origin, ports, source }) =>
    refuse(source != parent ? "source" : origin != host ? "origin" : hear(data, ports)),
  );

  // Height follows content. The budget ends a loop of a page that sizes us by what we say.
  let height = 0;
  let budget = BUDGET;
  const measure = () => {
    const is = doc.body.offsetHeight;
    if (is == height || !budget) return;
    budget--;
    height = is;
    tell("resize", { height });
    canvas({ type: "resize", size: { height: height + "px" } });
  };
  new ResizeObserver(measure).observe(doc.body);

  const ask = (path, options) => fetch(path, { signal: AbortSignal.timeout(15000), ...options });
  const form = async (path, fields) => {
    const answer = await ask(path, { method: "POST", body: new URLSearchParams(fields) });
    if (!answer.ok) throw answer;
    return answer.json();
  };
  const take = (answer) => {
    token = answer.access_token;
    renewAt = now() + answer.expires_in * 800;
  };

  // Most panels are looked at and never change: what changes one comes when it does, and htmx with it.
  const policy = self.trustedTypes?.createPolicy("inlay", { createScriptURL: (url) => url });
  const load = (url) =>
    new Promise((onload, onerror) => {
      const script = doc.createElement("script");
      const src = policy?.createScriptURL(url) || url;
      doc.head.append(Object.assign(script, { nonce: scriptNonce, src, onload, onerror }));
    });
  const change = async (what, ...details) => {
    if (!changes) {
      await load(launch.scripts.change);
      changes = await inlayChanges(own);
    }
    budget = BUDGET;
    return changes[what](...details);
  };

  // Said when it changes: the start and the end of a scoring, not every poll, not the first sight.
  const seen = (view) => {
    const { state, announce } = view.box.firstElementChild.dataset;
    if (view.said && view.said != announce) live.textContent = announce;
    view.said = announce;
    trouble = 0;
    view.state = state == "empty" ? "ready" : state;
    tell(view.state, { component: view.tag, state });
    if (state == "pending") delay = 500;
  };
  const poll = async (view) => {
    const headers = { Authorization: "Bearer " + token };
    if (view.etag) headers["If-None-Match"] = view.etag;
    const answer = await ask("/components/" + view.tag + "?record=" + encodeURIComponent(record), { headers });
    if (answer.status != 304) {
      // A failure replaces nothing that is good; a refusal does.
      if (!/html/.test(answer.headers.get("content-type")) || (answer.status > 499 && /ready|stale/.test(view.state))) throw answer;
      view.etag = answer.headers.get("etag");
      await change("put", view, await answer.text());
    }
    if (view.state == "unavailable") throw answer;
  };

  const expired = () => {
    token = 0;
    tell((first.state = "auth-expired"));
    change("expire");
  };

  // Often for a minute after load, focus or input, then ever less; hidden: not at all.
  const tick = async () => {
    clearTimeout(timer);
    timer = 0;
    again = busy;
    if (busy || !token || !shown || doc.hidden) return;
    busy = 1;
    delay = Math.min(now() < calm ? FAST : SLOW, delay * 1.5);
    let pause = 0;
    try {
      if (now() > renewAt) take(await form("/session/renew", [["token", token]]));
      for (const view of views) await poll(view);
      failures = 0;
      if (trouble) seen(first);
    } catch (problem) {
      if (problem.status == 401) expired();
      else {
        pause = problem.headers?.get("retry-after") * 1000 || Math.min(SLOW, 1000 * 2 ** failures++);
        if (!trouble && first.state != "unavailable") tell("unavailable");
        trouble = 1;
      }
    }
    busy = 0;
    timer = setTimeout(tick, again ? 0 : Math.max(delay, pause));
    again = 0;
  };
  const wake = () => {
    calm = now() + MINUTE;
    budget = BUDGET;
    if (timer && delay <= FAST) return;
    delay = FAST;
    tick();
  };
  for (const kind of ["focus", "pointerdown", "keydown", "visibilitychange"]) addEventListener(kind, wake, true);

  const own = { launch, views, first, hears, load, form, take, seen, tick, tell, canvas, token: () => token };
  doc.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-action]");
    if (button) change(button.dataset.action, button).catch(tick);
  });

  tell("hello", { nonce });
  if (token) {
    timer = setTimeout(tick, delay);
    calm = now() + MINUTE;
    seen(first);
  } else if (launch.used) change("relaunch");
})();
