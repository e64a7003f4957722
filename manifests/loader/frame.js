// The page's side of one panel in an iframe: our bridge, envelopes {inlay: 1, id, type, detail}, by one exact origin
// and one window both ways. A frame whose origin the host took away (an opaque one) gets one port, with the nonce that
// it said hello with. No name of the frame's reaches the page as markup, and a proof goes to the panel only.
//
//   origin   the panel's, exact        look     () => {theme, locale, direction}
//   opaque   whether the host may sandbox the frame to an opaque origin
//   proof    ({claims, asked}) => a promise of a fresh proof, where the page has one; null: not this time
//   kind     what the proof is, as POST /session calls it; none: a JWT of the page's own
//   fills    whether the page gives the frame its height; else the panel does
//   tell     (type, detail): what the panel says; "refused" with {reason} when the two do not understand each other
//
// Plain ES2017 without template literals: some hosts run pages through templates of their own.
const inlayFrame = function (iframe, options, tell) {
  const MAX_HEIGHT = 4000;
  const APART = 10000; // ms in which a proof that was refused is not followed by the next
  let count = 0;
  let provedAt = 0;
  let claimed = "";
  let given = false;
  let greeted = false;
  let port = null;
  let timer = 0;

  const envelope = function (type, detail) {
    return { inlay: 1, id: ++count, type: type, detail: detail };
  };
  const send = function (type, detail) {
    if (port) port.postMessage(envelope(type, detail));
    else if (greeted && iframe.contentWindow) iframe.contentWindow.postMessage(envelope(type, detail), options.origin);
  };

  const hello = function (detail, opaque) {
    if (port) port.close(); // a frame that was loaded again is another document
    port = null;
    provedAt = 0;
    greeted = true;
    clearTimeout(timer);
    if (opaque) {
      const channel = new MessageChannel();
      channel.port1.onmessage = function (event) {
        receive(event.data, true);
      };
      iframe.contentWindow.postMessage(envelope("inlay-hello", { nonce: detail.nonce }), "*", [channel.port2]);
      port = channel.port1;
    } else send("inlay-hello", { nonce: detail.nonce });
    send("inlay-theme", options.look());
  };

  const prove = function (detail) {
    provedAt = Date.now();
    claimed = detail.claims || "";
    given = false;
    Promise.resolve(detail)
      .then(options.proof)
      .then(
        function (proof) {
          if (proof === null) return;
          given = typeof proof === "string" && proof !== "";
          if (given) send("inlay-proof", options.kind ? { token: proof, kind: options.kind } : { token: proof });
          else tell("refused", { reason: "proof" });
        },
        function (problem) {
          tell("refused", { reason: "proof", message: (problem && problem.message) || "" });
        },
      );
  };
  // What the host wants to be asked is asked for at once, but not twice; else a refused proof is left alone for a while.
  const expired = function (detail) {
    const news = detail.claims && detail.claims !== claimed;
    if (news || !provedAt || Date.now() - provedAt > APART) prove({ claims: detail.claims });
    else if (given && detail.code !== "sign-in-needed") tell("refused", { reason: "refused", reference: detail.reference });
  };

  const receive = function (message, opaque) {
    if (!message || typeof message.type !== "string" || !message.type.startsWith("inlay-")) return;
    if (message.inlay !== 1) return tell("refused", { reason: "version" });
    const detail = message.detail || {};
    if (message.type === "inlay-hello") hello(detail, opaque);
    if (!greeted) return;
    if (message.type === "inlay-resize" && !options.fills) {
      const height = Math.ceil(Number(detail.height));
      if (height >= 0) iframe.style.height = Math.min(height, MAX_HEIGHT) + "px";
    }
    tell(message.type, detail);
    if (message.type === "inlay-auth-expired" && options.proof) expired(detail);
  };

  const listen = function (event) {
    if (event.source !== iframe.contentWindow) return;
    const opaque = event.origin === "null";
    if (opaque ? !options.opaque : event.origin !== options.origin) return tell("refused", { reason: "origin" });
    // Once there is a port, only a new document's hello comes by the window.
    if (opaque && !(event.data && event.data.type === "inlay-hello")) return;
    receive(event.data, opaque);
  };

  const wait = function () {
    clearTimeout(timer);
    greeted = false;
    timer = setTimeout(function () {
      tell("refused", { reason: "silent" });
    }, 15000);
  };

  window.addEventListener("message", listen);
  wait();

  return {
    wait: wait,
    prove: prove,
    visible: function (visible) {
      send("inlay-visible", { visible: visible });
    },
    look: function () {
      send("inlay-theme", options.look());
    },
    close: function () {
      clearTimeout(timer);
      window.removeEventListener("message", listen);
      if (port) port.close();
    },
  };
};
