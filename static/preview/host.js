// A pretended host's page: gives the panel its height, and the element its proof. The preview speaks through it.
(() => {
  const { origin } = location;
  const token = document.querySelector("[data-token]")?.dataset.token;
  const frame = document.querySelector("iframe");
  if (self.Inlay) Inlay.configure({ getToken: () => token });
  if (!frame) return;
  const opaque = !frame.sandbox.contains("allow-same-origin");
  let id = 0;
  let port;
  // To a frame whose origin nobody can name goes one port, with the first word; all else goes through that.
  const send = (type, detail) => {
    const message = { inlay: 1, id: ++id, type, detail };
    if (!opaque) return frame.contentWindow.postMessage(message, origin);
    if (type != "inlay-hello") {
      port?.postMessage(message);
      return self.inlaySaid(message, "panel", "port");
    }
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => {
      self.inlaySaid(data, "host", "port");
      hear(data);
    };
    frame.contentWindow.postMessage(message, "*", [channel.port2]);
  };
  const hear = ({ type, detail }) => {
    if (type == "inlay-resize") frame.style.blockSize = `${detail.height}px`;
    if (type == "inlay-hello") send("inlay-hello", { nonce: detail.nonce });
  };
  addEventListener("message", ({ data, source }) => source == frame.contentWindow && data?.inlay && hear(data));
  self.inlayHost = { send, frame };
})();
