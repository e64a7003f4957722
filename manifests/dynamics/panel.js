{% include "loader/frame.js" %}
{% include "loader/around.js" %}
// The page of a form: which row is open, and in a frame the panel about it. A form passes typename and id where it is
// told to; its own object knows them too, for a row that was just saved.
(() => {
  const WORDS = {
    en: { outside: "Put this web resource onto a form.", unsaved: "This row is not saved yet.", title: "Score" },
    de: { outside: "Lege diese Webressource auf ein Formular.", unsaved: "Diese Zeile ist noch nicht gespeichert.", title: "Bewertung" },
  };
  const asked = new URLSearchParams(location.search);
  const place = document.querySelector("main");
  const xrm = parent.Xrm;
  const locale = { 1031: "de", 1033: "en" }[xrm?.Utility.getGlobalContext().userSettings.languageId || asked.get("userlcid")] || navigator.language;
  const words = WORDS[locale.slice(0, 2)] || WORDS.en;
  document.documentElement.lang = locale;
  document.body.style.margin = "0";
  const stop = (text) => {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = text;
    place.replaceChildren(note);
  };
  const table = asked.get("typename") || xrm?.Page?.data?.entity?.getEntityName();
  const row = (asked.get("id") || xrm?.Page?.data?.entity?.getId() || "").replace(/[{}]/g, "").toLowerCase();
  if (!table) return stop(words.outside);
  if (!row) return stop(words.unsaved);
  const right = xrm?.Utility.getGlobalContext().userSettings.isRTL;
  inlayAround({
    place,
    address: "{{ launch_url }}?" + new URLSearchParams({ component: "{{ component }}", record: table + "/" + row }),
    title: words.title,
    look: () => ({ theme: "light", locale, direction: right ? "rtl" : "ltr" }),
  });
})();
