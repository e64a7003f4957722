// The page of a sidebar: which record is open, who is looking, and in a frame the panel about it. The account posted
// a token with the address; it is handed to the panel, which counts it once.
// https://developer.zendesk.com/api-reference/apps/apps-core-api/client_api/
(async () => {
  const { home, connection, component, proof } = JSON.parse(document.getElementById("inlay-page").textContent);
  const WORDS = {
    en: {
      outside: "Open this page as an app in Zendesk.",
      unsaved: "This record has no number yet. Save it first.",
      old: "Zendesk signs for a page once. Reload it to see the score again.",
      title: "Score",
    },
    de: {
      outside: "Öffne diese Seite als App in Zendesk.",
      unsaved: "Dieser Datensatz hat noch keine Nummer. Speichere ihn zuerst.",
      old: "Zendesk unterschreibt einmal für jede Seite. Lade sie neu, um die Bewertung wieder zu sehen.",
      title: "Bewertung",
    },
  };
  const KINDS = { ticket_sidebar: "ticket", user_sidebar: "user", organization_sidebar: "organization" };
  const place = document.querySelector("main");
  let locale = document.documentElement.lang;
  const words = () => WORDS[locale.slice(0, 2)] || WORDS.en;
  const stop = (text) => {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = text;
    place.replaceChildren(note);
  };

  const client = self.ZAFClient && ZAFClient.init();
  if (!client) return stop(words().outside);
  const { location: where } = await client.context();
  const kind = KINDS[where];
  const said = await client.get([kind + ".id", "currentUser.locale"]).catch(() => ({}));
  locale = said["currentUser.locale"] || locale;
  if (!kind || !said[kind + ".id"]) return stop(words().unsaved);

  let unused = proof;
  let theme = "light";
  const scheme = ({ colorScheme } = {}) => (theme = colorScheme == "dark" ? "dark" : "light");
  scheme(await client.get("colorScheme").catch(() => ({})));
  const frame = inlayAround({
    place,
    address: `${home}/launch/${connection}?${new URLSearchParams({ component, record: `${kind}/${said[kind + ".id"]}` })}`,
    title: words().title,
    look: () => ({ theme, locale, direction: getComputedStyle(place).direction }),
    proof: async () => {
      const token = unused;
      unused = "";
      if (!token) throw new Error(words().old);
      return token;
    },
  });
  client.on("colorScheme.changed", (changed) => {
    scheme({ colorScheme: changed });
    frame.look();
  });
  // The sidebar is as high as the app says: it follows the panel.
  new ResizeObserver(() => client.invoke("resize", { width: "100%", height: `${document.body.scrollHeight}px` })).observe(place);
})();
