api.controller = function ($scope, $element) {
  var c = this;
  {% include "loader/frame.js" %}

  {% include "loader/around.js" %}

  {% include "place.js" %}

  var box = $element[0].querySelector(".inlay-panel");
  var frame = inlayPlace(box, c.data.component, c.data.table, c.data.sys_id);
  $scope.$on("$destroy", function () {
    if (frame) frame.close();
  });
};
