// A panel in an iframe of this page, and above it in words what went wrong, with a button to try again: a box is never
// blank without a reason. `inlayFrame` stands before this.
//
//   place    the element that it fills        address  the panel's, with its component and record
//   title    the frame's, for screen readers  look     () => {theme, locale, direction}
//   proof, kind, fills   as of inlayFrame     tell     (type, detail): what the panel says, where the page wants to know
const inlayAround = function (options) {
  const WORDS = {
    en: {
      silent: "The panel did not open. Inlay is not reachable, or this page's address is not among the origins of its connection.",
      version: "The panel and this page are of different versions. Ask your admin to install the package again.",
      origin: "Something else than the panel answered, and was not listened to.",
      proof: "Your sign-in could not be handed to the panel.",
      refused: "Inlay did not accept your sign-in.",
      reference: "Reference",
      again: "Try again",
    },
    de: {
      silent: "Das Panel hat sich nicht geöffnet. Inlay ist nicht erreichbar, oder die Adresse dieser Seite gehört nicht zu den Origins seiner Verbindung.",
      version: "Das Panel und diese Seite sind verschiedene Versionen. Deine Administration muss das Paket neu installieren.",
      origin: "Etwas anderes als das Panel hat geantwortet und wurde nicht gehört.",
      proof: "Deine Anmeldung konnte nicht an das Panel übergeben werden.",
      refused: "Inlay hat deine Anmeldung nicht angenommen.",
      reference: "Kennung",
      again: "Erneut versuchen",
    },
  };
  const words = WORDS[options.look().locale.slice(0, 2).toLowerCase()] || WORDS.en;
  const iframe = document.createElement("iframe");
  const note = document.createElement("p");
  const again = document.createElement("button");
  let reason = "";

  const say = function (detail) {
    reason = detail ? detail.reason : "";
    const parts = reason ? [words[reason], detail.message, detail.reference && words.reference + " " + detail.reference + "."] : [];
    note.replaceChildren(parts.filter(Boolean).join(" "), " ", again);
    note.hidden = !reason;
  };

  // Styles by script: a host's policy may forbid them in markup.
  Object.assign(iframe.style, { display: "block", width: "100%", height: options.fills ? "100%" : "120px", border: "0", flex: "1" });
  Object.assign(note.style, { margin: "0", padding: "12px", font: "14px/1.4 'Segoe UI', system-ui, sans-serif" });
  Object.assign(again.style, { font: "inherit" });
  iframe.title = options.title;
  iframe.allow = "clipboard-write";
  iframe.setAttribute(
    "sandbox",
    "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox",
  );
  note.setAttribute("role", "alert");
  note.hidden = true;
  again.type = "button";
  again.textContent = words.again;

  const frame = inlayFrame(
    iframe,
    {
      origin: new URL(options.address).origin,
      look: options.look,
      proof: options.proof,
      kind: options.kind,
      fills: options.fills,
    },
    function (type, detail) {
      if (type === "refused") say(detail);
      else if (/^inlay-(hello|ready|pending|stale|denied)$/.test(type)) say();
      if (type !== "refused" && options.tell) options.tell(type, detail);
    },
  );
  const open = function () {
    frame.wait();
    iframe.src = options.address;
  };
  // A click may open what asks the viewer; what is open in the frame stays.
  again.onclick = function () {
    const lost = reason === "proof" || reason === "refused";
    say();
    if (lost) frame.prove({ asked: true });
    else open();
  };
  options.place.replaceChildren(note, iframe);
  open();

  return {
    look: frame.look,
    close: function () {
      frame.close();
      iframe.remove();
      note.remove();
    },
  };
};
