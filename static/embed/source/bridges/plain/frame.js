// Our own dialect: envelopes {inlay: 1, id, type, detail}. A frame in a sandbox has an origin that nobody can name, so
// there all but the handshake goes through one port, which the host hands over once and only if it repeats our nonce.
const bridge = ({ hears, post, refuse }) => {
  const opaque = self.origin == "null";
  const nonce = "" + crypto.getRandomValues(new Uint32Array(4));
  const held = [];
  let id = 0;
  let port;

  const hear = (message, ports) => {
    const { inlay, type, detail } = message || {};
    if (!inlay || !type || !detail) return "shape";
    if (inlay != 1) return "version";
    if (opaque && ports) {
      if (port || type != "inlay-hello" || detail.nonce != nonce || !ports[0]) return "instance";
      port = ports[0];
      port.onmessage = (event) => refuse(hear(event.data));
      held.forEach((one) => port.postMessage(one));
    } else if (detail.nonce && detail.nonce != nonce) return "instance";
    else if (hears[type]) hears[type](detail);
    else return "shape";
  };

  return {
    hear,
    say(name, detail) {
      const message = { inlay: 1, id: ++id, type: "inlay-" + name, detail };
      if (name == "hello") detail.nonce = nonce;
      if (port) port.postMessage(message);
      else if (opaque && name != "hello") held.push(message);
      else post(message);
    },
  };
};
