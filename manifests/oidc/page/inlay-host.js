// Panels of {{ public_url }} on a page of yours, whose viewers are signed in at {{ issuer }}. Load it deferred, after
// Inlay's own script and after your OpenID client, which gives the page one function:
//   window.inlayIdToken = async () => "a fresh ID token for the audience {{ audience }}"
(() => {
  const getToken = async () => (window.inlayIdToken ? window.inlayIdToken() : null);

{% include "loader/elements.js" %}

{% include "loader/frame.js" %}

{% include "loader/around.js" %}

{% include "loader/boxes.js" %}
})();
