{% include "loader/frame.js" %}

{% include "loader/around.js" %}

{% include "place.js" %}

(function () {
  // The page's address names the record as the platform's own pages do: ?sysparm_table=incident&sysparm_sys_id=...
  var asked = new URLSearchParams(window.location.search);
  var box = document.getElementById("inlay-panel");
  var component = asked.get("sysparm_component") || box.getAttribute("data-component");
  inlayPlace(box, component, asked.get("sysparm_table"), asked.get("sysparm_sys_id"));
})();
