// Panels of {{ public_url }} on a page of yours, which proves by your backend who is looking. Load it deferred, after
// Inlay's own script. Nothing secret is in it: your backend signs (see sign/), and each proof works once.
(() => {
  const getToken = async ({ component, records }) => {
    const body = new URLSearchParams([["component", component], ...records.map((record) => ["record", record])]);
    const answer = await fetch("{{ token_path }}", { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) throw new Error("The backend signed nothing: " + answer.status);
    return (await answer.json()).token;
  };

{% include "loader/elements.js" %}

{% include "loader/frame.js" %}

{% include "loader/around.js" %}

{% include "loader/boxes.js" %}
})();
