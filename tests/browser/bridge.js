// A host's side of the bridge: it writes down what came, and hands its one port over when a sandbox asks.
window.came = [];
addEventListener("message", ({data, origin, source}) => {
  const frame = document.querySelector("iframe").contentWindow;
  if (source != frame) return;
  came.push({data, origin});
  if (window.quiet || data.type != "inlay-hello") return;
  const {port1, port2} = new MessageChannel();
  port1.onmessage = (event) => came.push({data: event.data, port: true});
  window.port = port1;
  const hello = {inlay: 1, id: 1, type: "inlay-hello", detail: {nonce: data.detail.nonce}};
  if (origin == "null") frame.postMessage(hello, "*", [port2]);
});
window.say = (type, detail, more = {}) => {
  const message = {inlay: 1, id: 2, type, detail, ...more};
  const frame = document.querySelector("iframe");
  if (frame.sandbox.length && !frame.sandbox.contains("allow-same-origin")) port.postMessage(message);
  else frame.contentWindow.postMessage(message, "*");
};
