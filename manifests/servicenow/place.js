// Puts one panel into a box of the page, which names where panels are opened.
var inlayPlace = function (box, component, table, id) {
  if (!/^[a-z][a-z0-9_]{0,79}$/.test(table || "") || !/^[0-9a-f]{32}$/.test(id || "")) {
    box.setAttribute("role", "alert");
    box.textContent = "This page names no record.";
    return null;
  }
  var look = function () {
    var color = (getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g) || []).map(Number);
    var solid = color.length === 3 || color[3] > 0.5;
    var dark = solid && color[0] * 0.299 + color[1] * 0.587 + color[2] * 0.114 < 128;
    var root = document.documentElement;
    return { theme: dark ? "dark" : "light", locale: root.lang || navigator.language, direction: root.dir || "ltr" };
  };
  var asked = "?component=" + encodeURIComponent(component) + "&record=" + encodeURIComponent(table + "/" + id);
  return inlayAround({
    place: box,
    address: box.getAttribute("data-launch") + asked,
    title: "Inlay",
    look: look,
    tell: function (type, detail) {
      box.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: { state: detail.state, code: detail.code } }));
    }
  });
};
