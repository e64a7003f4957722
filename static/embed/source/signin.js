// Signing in from a frame of ours: a window of our own, and a one-time code out of it. Panels of hosts with a sign-in
// load this in the place of change.js, which it loads in turn: the rest of what changes a panel is as it was.
window.inlayChanges = async (own) => {
  const { launch, first, load, form, take, seen, tick, tell } = own;
  await load(launch.scripts.panel);
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

  const redeem = async (code) => {
    if (launch.approval) {
      end();
      return repost();
    }
    let answer;
    try {
      answer = await form("/session", [
        ["grant_type", "authorization_code"],
        ["code", code],
        ["code_verifier", current.secret],
        ["connection", launch.connection],
      ]);
    } catch (problem) {
      const told = problem.json ? await problem.json().catch(() => 0) : 0;
      say(told.code == "code-wrong" ? "wrong" : problem.status < 500 ? "over" : "away");
      field.select();
      return;
    }
    end();
    take(answer);
    const part = answer.fragments[0];
    // What is open, scrolled or half written stays: a panel that shows something is polled, and changes what differs.
    if (box.parentNode != first.box) {
      box.remove();
      seen(first);
    } else if (part) {
      first.etag = part.etag;
      box.replaceWith(box.cloneNode(true)); // what is there becomes the panel, node by node
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

    // No proof yet, or one that was used: the page around us may have one, or the viewer signs in.
    relaunch() {
      if (!launch.waiting) changes.relaunch();
      else tell("auth-expired");
      if (!box.isConnected) main.append(box);
    },

    expire() {
      prepare();
      box.firstElementChild.textContent = box.firstElementChild.dataset.expired;
      main.append(box);
    },

    signIn() {
      clearInterval(watch);
      current = next;
      const asked = new URLSearchParams([
        ["challenge", current.challenge],
        ["component", launch.component],
        ["record", launch.record],
      ]);
      // One window for each panel, whose name nobody can guess.
      popup = open(launch.signin + "?" + asked, "", "popup,width=480,height=680");
      prepare();
      say(popup ? "wait" : "blocked");
      // A page with an opaque origin cannot be sent a code. A window that was cut off from us says that it is closed, or
      // was never given to us, as if it had been kept from opening.
      if (opaque || !popup) byHand();
      else watch = setInterval(() => popup.closed && (clearInterval(watch), byHand()), 500);
    },
  };
};
