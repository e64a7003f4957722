// Puts one panel into a box of the page, which names where panels are opened, and says there what went wrong.
var inlayPlace = function (box, component, table, id) {
  var REASONS = {
    silent: "The panel did not answer. Ask your admin: this instance's address must be among the connection's origins.",
    version: "The panel and this page are of different versions. Ask your admin to install the update set again.",
    origin: "Something else than the panel answered, and was not listened to.",
    record: "This page names no record."
  };
  var note = box.querySelector("p");
  var say = function (reason) {
    note.textContent = REASONS[reason] || "";
    note.hidden = !note.textContent;
  };
  if (!/^[a-z][a-z0-9_]{0,79}$/.test(table || "") || !/^[0-9a-f]{32}$/.test(id || "")) {
    say("record");
    return null;
  }
  var launch = box.getAttribute("data-launch");
  var iframe = document.createElement("iframe");
  iframe.title = "Inlay";
  iframe.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
  iframe.style.cssText = "display:block;width:100%;border:0;height:120px";
  var look = function () {
    var color = (getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g) || []).map(Number);
    var solid = color.length === 3 || color[3] > 0.5;
    var dark = solid && color[0] * 0.299 + color[1] * 0.587 + color[2] * 0.114 < 128;
    var root = document.documentElement;
    return { theme: dark ? "dark" : "light", locale: root.lang || navigator.language, direction: root.dir || "ltr" };
  };
  var frame = inlayFrame(iframe, { origin: new URL(launch).origin, look: look }, function (type, detail) {
    if (type === "refused") say(detail.reason);
    else if (type === "inlay-hello") say("");
    else box.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { state: detail.state, code: detail.code } }));
  });
  iframe.src = launch + "?component=" + encodeURIComponent(component) + "&record=" + encodeURIComponent(table + "/" + id);
  box.insertBefore(iframe, note);
  return frame;
};
