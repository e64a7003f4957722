// The page that a card opens in a window: the panel about its record. What HubSpot signed came after the address's #,
// which browsers send to nobody; it is taken out of the address at once, and handed to the panel, which counts it once.
(() => {
  const { home, connection, component } = JSON.parse(document.getElementById("inlay-page").textContent);
  const WORDS = {
    en: { title: "Score", outside: "Open this page from the card on a record.", old: "HubSpot signs for a window once. Close it and open it anew." },
    de: { title: "Bewertung", outside: "Öffne diese Seite über die Karte eines Datensatzes.", old: "HubSpot unterschreibt einmal für jedes Fenster. Schließe es und öffne es neu." },
  };
  const words = WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.en;
  const place = document.querySelector("main");
  const record = new URLSearchParams(location.search).get("record");
  let unused = "";
  try {
    unused = atob(location.hash.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
  } catch {}
  history.replaceState(null, "", location.pathname + location.search);
  if (!unused || !record) {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = words.outside;
    return place.replaceChildren(note);
  }
  inlayAround({
    place,
    address: `${home}/launch/${connection}?${new URLSearchParams({ component, record })}`,
    title: words.title,
    look: () => ({ theme: "light", locale: document.documentElement.lang, direction: getComputedStyle(place).direction }),
    kind: "urn:inlay:token-type:signed-request",
    proof: async () => {
      const proof = unused;
      unused = "";
      if (!proof) throw new Error(words.old);
      return proof;
    },
  });
})();
