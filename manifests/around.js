// The page around a panel: frames it, hands it its proof, and says in words why that could not be done. Our bridge's
// other side: envelopes {inlay: 1, id, type, detail}, heard from this frame at Inlay's exact origin only, and sent
// there only. The viewer's token is in no address and no markup. Scripts of host pages are put together with this.
const inlayAround = ({ place, home, address, title, locale = "en", dark = false, grows = false, getToken }) => {
  const WORDS = {
    en: {
      silent: "The panel did not open. Inlay is not reachable, or this page's address is not among the origins of its connection.",
      no: "Your sign-in could not be handed to the panel.",
      refused: "Inlay did not accept your sign-in.",
      reference: "Reference",
      again: "Try again",
    },
    de: {
      silent: "Das Panel hat sich nicht geöffnet. Inlay ist nicht erreichbar, oder die Adresse dieser Seite gehört nicht zu den Origins seiner Verbindung.",
      no: "Deine Anmeldung konnte nicht an das Panel übergeben werden.",
      refused: "Inlay hat deine Anmeldung nicht angenommen.",
      reference: "Kennung",
      again: "Erneut versuchen",
    },
  };
  const words = WORDS[locale.slice(0, 2).toLowerCase()] || WORDS.en;
  const PATIENCE = 15000; // ms until a frame that says nothing is taken for one that was refused
  const APART = 10000; // ms in which a proof that was refused is not followed by the next

  const frame = document.createElement("iframe");
  const note = document.createElement("p");
  const again = document.createElement("button");
  let id = 0;
  let provedAt = 0;
  let waiting;

  const tell = (type, detail) => frame.contentWindow.postMessage({ inlay: 1, id: ++id, type, detail }, home);
  const say = (...parts) => {
    note.replaceChildren(parts.filter(Boolean).join(" "), " ", again);
    note.hidden = !parts.length;
  };
  const look = () => tell("inlay-theme", { theme: dark ? "dark" : "light", locale, direction: getComputedStyle(place).direction });

  const prove = async (claims, asked) => {
    provedAt = Date.now();
    try {
      const token = await getToken({ claims, asked });
      if (typeof token != "string" || !token) throw new Error();
      say();
      tell("inlay-proof", { token, kind: "urn:ietf:params:oauth:token-type:access_token" });
    } catch (problem) {
      say(words.no, problem?.message);
    }
  };
  const hears = {
    __proto__: null,
    "inlay-hello"({ nonce }) {
      clearTimeout(waiting);
      say();
      tell("inlay-hello", { nonce });
      look();
    },
    "inlay-auth-expired"({ code, claims, reference }) {
      const lapsed = !provedAt || Date.now() - provedAt > APART;
      if (lapsed || claims) prove(claims);
      else if (code != "sign-in-needed") say(words.refused, reference && words.reference + " " + reference + ".");
    },
    "inlay-ready": () => say(),
    "inlay-resize"({ height }) {
      if (grows && height > 0) frame.style.height = Math.min(Math.ceil(height), 4000) + "px";
    },
  };
  const hear = ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home || data?.inlay !== 1 || !data.detail) return;
    if (typeof data.type == "string") hears[data.type]?.(data.detail);
  };
  const open = () => {
    provedAt = 0;
    clearTimeout(waiting);
    waiting = setTimeout(() => say(words.silent), PATIENCE);
    frame.src = address;
  };

  // Styles by script: a host's policy forbids them in markup.
  Object.assign(frame.style, { display: "block", width: "100%", height: grows ? "160px" : "100%", border: "0", flex: "1" });
  Object.assign(note.style, { margin: "0", padding: "12px", font: "14px/1.4 'Segoe UI', system-ui, sans-serif" });
  Object.assign(again.style, { font: "inherit" });
  frame.title = title;
  frame.allow = "clipboard-write";
  note.setAttribute("role", "alert");
  note.hidden = true;
  again.type = "button";
  again.textContent = words.again;
  // A click may open what asks the viewer; what is open in the frame stays.
  again.onclick = () => (note.textContent.startsWith(words.silent) ? (say(), open()) : prove(undefined, true));
  addEventListener("message", hear);
  place.replaceChildren(note, frame);
  open();

  return {
    frame,
    theme(isDark) {
      dark = isDark;
      look();
    },
    close() {
      clearTimeout(waiting);
      removeEventListener("message", hear);
      frame.remove();
      note.remove();
    },
  };
};
