// Signing in from a frame of ours: a window of our own, and a one-time code out of it. Panels of hosts with a sign-in
// load this in the place of their change script, which it loads in turn: the rest of what changes a panel is as it was.
window.inlayChanges = async (own) => {
  const { launch, first, ask, take, seen, tick, token } = own;
  await import(launch.scripts.panel);
  const changes = await inlayChanges(own);

  const doc = document;
  const main = first.box.parentNode;
  const home = new URL(launch.signin).origin;
  const opaque = self.origin == "null";
  const box = doc.querySelector(".signin") || doc.getElementById("inlay-signin").content.firstElementChild;
  const [digits] = box.getElementsByClassName("digits");
  const [said] = box.getElementsByClassName("said");
  const field = digits.querySelector("input");
  let next, current, popup, watch;

  const say = (what) => (said.textContent = what ? said.dataset[what] : "");
  const text = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  // The secret stays in this closure. Only its hash travels, and whoever has the code needs the secret too. It is made
  // before the click: a browser opens windows only while the click is fresh.
  const prepare = async () => {
    const secret = text(crypto.getRandomValues(new Uint8Array(32)));
    next = { secret, challenge: text(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret))) };
  };
  await prepare();

  const byHand = () => {
    digits.hidden = false;
    if (doc.hasFocus()) field.focus();
  };

  // Canvas launches by a POST of its own once the viewer has allowed us: then the page around us is asked for that.
  const repost = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const target = said.get("target_origin");
    if (!launch.origins.includes(target)) return say("over");
    const client = { oauthToken: "null", instanceId: said.get("instance_id"), targetOrigin: target };
    const body = { type: "repost", accessToken: "null", refresh: true, config: { client } };
    const message = { seq: 1, src: "client", clientVersion: "41.0", targetModule: "Canvas", body };
    parent.postMessage(JSON.stringify(message), target);
  };

  const end = () => {
    clearInterval(watch);
    popup?.postMessage({ inlay: 1, type: "inlay-signin-done", detail: {} }, home);
    popup = 0;
    digits.hidden = true;
    field.value = "";
    say();
  };

  // What stands in the panel's place becomes the panel, node by node: so a copy stands there.
  const shelve = () => (box.parentNode == first.box ? box.replaceWith(box.cloneNode(true)) : box.remove());
  const offer = () => {
    if (token() || box.isConnected) return;
    box.firstElementChild.textContent = box.firstElementChild.dataset.expired;
    main.append(box);
  };

  const redeem = async (code) => {
    if (launch.approval) {
      end();
      return repost();
    }
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code,
      code_verifier: current.secret,
      connection: launch.connection,
    });
    let status, answer;
    try {
      const told = await ask("/session", { method: "POST", body });
      status = told.status;
      answer = await told.json();
    } catch {}
    if (!answer?.access_token) {
      say(answer?.code == "code-wrong" ? "wrong" : status < 429 ? "over" : "away");
      field.select();
      return;
    }
    end();
    take(answer);
    const part = answer.fragments[0];
    // What is open, scrolled or half written stays: a panel that shows something is polled, and changes what differs.
    const empty = box.parentNode == first.box;
    shelve();
    if (!empty) seen(first);
    else if (part) {
      first.etag = part.etag;
      await changes.put(first, part.html);
    }
    tick();
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (!popup || source != popup || origin != home || data?.inlay != 1) return;
    if (data.type == "inlay-signin-hello") source.postMessage({ inlay: 1, type: "inlay-signin-here", detail: {} }, home);
    if (data.type == "inlay-signin-code") redeem(data.detail.code);
  });
  field.onkeydown = ({ key }) => key == "Enter" && byDigits();
  const byDigits = () => {
    const typed = field.value.replace(/\D/g, "");
    if (typed.length == 6) redeem(typed);
    else say("wrong");
  };

  return {
    ...changes,
    digits: byDigits,

    // The page around us may have a new proof; else the viewer signs in. Our button says what the plain one says.
    async lapse(...how) {
      prepare();
      await changes.lapse(...how);
      main.querySelector(":scope > button")?.remove();
      offer();
    },

    async proof(given) {
      const waiting = box.parentNode == first.box;
      shelve();
      await changes.proof(given);
      main.querySelector(":scope > button")?.remove();
      if (token()) box.remove(); // a lapse that was under way may have offered it meanwhile
      else if (waiting) first.box.replaceChildren(box);
      else offer();
    },

    signIn() {
      clearInterval(watch);
      current = next;
      const asked = new URLSearchParams([
        ["challenge", current.challenge],
        ["component", launch.component],
        ["record", launch.record],
        ["claims", changes.why().claims || ""],
      ]);
      // One window for each panel, whose name nobody can guess.
      popup = open(launch.signin + "?" + asked, "", "popup,width=480,height=680");
      prepare();
      say(popup ? "wait" : "blocked");
      // Nobody else can tell an admin. A frame with an opaque origin may send this too.
      if (!popup) fetch(home + "/reports/panel?connection=" + launch.connection, { method: "POST", mode: "no-cors" }).catch(() => 0);
      // A page with an opaque origin cannot be sent a code. A window that was cut off from us says that it is closed, or
      // was never given to us, as if it had been kept from opening.
      if (opaque || !popup) byHand();
      else watch = setInterval(() => popup.closed && (clearInterval(watch), byHand()), 500);
    },
  };
};
