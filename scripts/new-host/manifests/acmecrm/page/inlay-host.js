// Panels of {{ public_url }} on a page of AcmeCRM. The page has one function, which asks its backend for a fresh token:
//   window.inlayAcmecrmToken = async () => "a token that is good once"
(() => {
  const getToken = async () => (window.inlayAcmecrmToken ? window.inlayAcmecrmToken() : null);

{% include "loader/elements.js" %}

{% include "loader/frame.js" %}

{% include "loader/around.js" %}

{% include "loader/boxes.js" %}
})();
