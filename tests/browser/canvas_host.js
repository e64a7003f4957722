// A page with a Canvas app: the parent's side of the wire. It writes down what the app says.
window.said = [];
window.strange = [];
addEventListener("message", ({data, source, origin}) => {
  if (source != document.querySelector("iframe").contentWindow) return;
  let message;
  try {
    message = JSON.parse(data);
  } catch {}
  if (message?.targetModule != "Canvas" || message.src != "client") return strange.push(data);
  said.push(message);
  if (message.body.type == "refresh" && window.fresh)
    raw(JSON.stringify({seq: message.seq, parentVersion: "68.0", clientVersion: "41.0", statusText: "", responseHeaders: "",
      ...fresh, type: "callback", targetModule: "Canvas"}));
});
window.raw = (message) => document.querySelector("iframe").contentWindow.postMessage(message, "*");
window.publish = (name, payload) => raw(JSON.stringify({parentVersion: "68.0", clientVersion: "41.0",
  payload: {name, method: "onData", payload, params: null}, type: "event", targetModule: "Canvas"}));
