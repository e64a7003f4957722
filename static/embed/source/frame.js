// The script of our own iframe pages: the panel's schedule, and what it says to the page around it and hears from it.
// How that is written is the dialect's: one of bridges/, each a `bridge` of the same form. scripts/embed.py encloses
// each with this and writes what is served, ../frame-<dialect>.js.
const doc = document;
const now = Date.now;

// The launch leaves the page; its token lives in this closure only.
const data = doc.getElementById("inlay-launch");
const launch = JSON.parse(data.textContent);
data.remove();
let { component, record, token } = launch;

const FAST = 1500;
const SLOW = 30000;
const MINUTE = 60000;
const BUDGET = 30;
const { nonce } = doc.currentScript;
const [main, live] = doc.body.children;
const first = { tag: component, record, etag: launch.etag, box: main.firstElementChild };
const views = new Set([first]);
let renewAt = now() + launch.expires_in * 800;
let calm, changes, timer, busy, again, trouble, away;
let delay = FAST;
let failures = 0;

// One exact origin both ways. A page that was opened without a proof knows the origins that it may be in, and keeps
// to the first that it hears from; where the browser says which one is around us, to that from the start. Refusals are
// told to nobody but our own document, where the preview and the tests listen.
let hosts = launch.origins || [launch.origin];
const known = (origin) => hosts.includes(origin) && (hosts = [origin]);
known(location.ancestorOrigins?.[0]);
const post = (message) => hosts.forEach((host) => parent.postMessage(message, host));
const refuse = (reason) => reason && dispatchEvent(new CustomEvent("inlay-refused", { detail: { reason } }));
const hears = {
  __proto__: null,
  "inlay-hello"() {
    height = 0;
    measure();
    tell(first.state);
  },
  "inlay-theme"({ theme, direction }) {
    if (theme) doc.documentElement.dataset.theme = theme;
    if (direction) doc.dir = direction;
  },
  "inlay-visible"({ visible }) {
    away = !visible;
    delay = SLOW;
    wake();
  },
  "inlay-proof": (proof) => change("proof", proof),
};
const speaks = bridge({ launch, hears, post, refuse });
const tell = (name, detail) => speaks.say(name, { component, record, ...detail });
addEventListener("message", ({ data, origin, ports, source }) =>
  refuse(source != parent ? "source" : known(origin) ? speaks.hear(data, ports) : "origin"),
);

// Height follows content. The budget ends a loop of a page that sizes us by what we say. A frame that is out of sight is
// not drawn, so its observer is silent: it measures with each answer too.
let height = 0;
let budget = BUDGET;
const measure = () => {
  const is = doc.body.offsetHeight;
  if (is != height && budget-- > 0) tell("resize", { height: (height = is) });
};
new ResizeObserver(measure).observe(doc.body);

const ask = (path, options) => fetch(path, { signal: AbortSignal.timeout(15000), ...options });
const take = (answer) => {
  token = answer.access_token;
  renewAt = now() + answer.expires_in * 800;
};

// Most panels are looked at and never change: what changes one comes when it does, and htmx with it. An import has our
// nonce, and is not tried again under an address that failed once.
// Two may come before it is there: a page's answer to our first word, and a proof.
const change = async (what, ...details) => {
  changes ||= import(launch.scripts.change + "#" + failures)
    .then(() => inlayChanges(own))
    .catch(() => {
      throw (changes = 0);
    });
  budget = BUDGET;
  return (await changes)[what](...details);
};

// Said when it changes: the start and the end of a scoring, not every poll, not the first sight.
const seen = (view) => {
  const { state, announce } = view.box.firstElementChild.dataset;
  if (view.said && view.said != announce) live.textContent = announce;
  view.said = announce;
  trouble = 0;
  view.state = state == "empty" ? "ready" : state;
  measure();
  tell(view.state, { component: view.tag, state, code: state == "denied" ? state : undefined });
  if (state == "pending") delay = 500;
};
const poll = async (view) => {
  const headers = { Authorization: "Bearer " + token, "If-None-Match": view.etag || "" };
  const answer = await ask("/components/" + view.tag + "?record=" + encodeURIComponent(view.record), { headers });
  if (answer.status != 304) {
    // A failure replaces nothing that is good; a refusal does.
    if (!/html/.test(answer.headers.get("content-type")) || (answer.status > 499 && /ready|stale/.test(view.state))) throw answer;
    view.etag = answer.headers.get("etag");
    await change("put", view, await answer.text());
  }
  if (view.state == "unavailable") throw answer;
};

const expired = (problem) => {
  token = 0;
  first.state = "auth-expired";
  change("lapse", problem).catch(() => tell(first.state));
};

// Often for a minute after load, focus or input, then ever less; hidden: not at all.
const tick = async () => {
  timer = clearTimeout(timer);
  again = busy;
  if (busy || !token || away || doc.hidden) return;
  busy = 1;
  delay = Math.min(now() < calm ? FAST : SLOW, delay * 1.5);
  let pause = 0;
  try {
    if (now() > renewAt) await change("extend");
    for (const view of views) await poll(view);
    failures = 0;
    if (trouble) seen(first);
  } catch (problem) {
    if (problem.status == 401) expired(problem);
    else {
      pause = problem.headers?.get("retry-after") * 1000 || Math.min(SLOW, 1000 * 2 ** failures++);
      if (!trouble && first.state != "unavailable") tell("unavailable");
      trouble = 1;
    }
  }
  timer = setTimeout(tick, again ? 0 : Math.max(delay, pause));
  busy = 0;
};
const wake = () => {
  calm = now() + MINUTE;
  budget = BUDGET;
  if (timer && delay <= FAST) return;
  delay = FAST;
  tick();
};
for (const kind of ["focus", "pointerdown", "keydown", "visibilitychange"]) addEventListener(kind, wake, true);

const own = { launch, views, first, hears, nonce, ask, take, seen, tick, tell, token: () => token, ...speaks };
addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (button) change(button.dataset.action, button).catch(tick);
});

tell("hello");
if (token) {
  timer = setTimeout(tick, delay);
  wake();
  seen(first);
} else expired();
