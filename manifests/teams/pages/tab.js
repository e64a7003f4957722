// The page of a tab: finds out which document it is about, and opens the panel. In a frame the panel takes this page's
// place and speaks with the host itself. On a phone there is no page around a tab, only what the vendor's library
// knows how to speak to: so there it stands between the two, and hands on what each says.
(async () => {
  const { home, connection, component, library } = JSON.parse(document.getElementById("inlay-page").textContent);
  const WORDS = {
    en: {
      ask: "Which document is it about?",
      hint: "Copy the document's link in SharePoint, OneDrive or a channel's files (Copy link), and paste it here.",
      open: "Open the review",
      wrong: "This is no link to a document in SharePoint or OneDrive.",
      long: "This link is too long. Use the one that Copy link gives.",
      outside: "Open this page as a tab of Teams, Outlook or Microsoft 365.",
      tab: "Review",
      title: "Document review",
    },
    de: {
      ask: "Um welches Dokument geht es?",
      hint: "Kopiere den Link des Dokuments in SharePoint, OneDrive oder den Dateien eines Kanals (Link kopieren) und füge ihn hier ein.",
      open: "Prüfung öffnen",
      wrong: "Das ist kein Link auf ein Dokument in SharePoint oder OneDrive.",
      long: "Dieser Link ist zu lang. Nimm den, den „Link kopieren“ gibt.",
      outside: "Öffne diese Seite als Registerkarte in Teams, Outlook oder Microsoft 365.",
      tab: "Prüfung",
      title: "Dokumentprüfung",
    },
  };
  const LONGEST = 250; // signs of a document's name that we take
  const said = new URLSearchParams(location.search);
  const root = document.documentElement;
  const words = WORDS[(said.get("locale") || root.lang).slice(0, 2)] || WORDS.en;
  const place = document.querySelector("main");
  const framed = parent != self;
  const make = (name, more, ...inner) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...inner);
    return made;
  };
  const stop = (text) => place.replaceChildren(make("p", { role: "alert" }, text));
  const look = (theme) => (root.dataset.theme = theme == "default" || theme == "light" ? "light" : "dark");

  // https://learn.microsoft.com/graph/api/shares-get#encoding-sharing-urls
  const shared = (url) => {
    const bytes = new TextEncoder().encode(url);
    return "u!" + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  const read = (text) => {
    try {
      const { protocol, hostname, href, hash } = new URL(text.trim());
      if (protocol != "https:" || !/\.sharepoint(-\w+)?\.(com|us|cn)$|(^|\.)(1drv\.ms|onedrive\.live\.com)$/.test(hostname)) return { why: words.wrong };
      const record = "share/" + shared(href.slice(0, href.length - hash.length));
      return record.length > LONGEST ? { why: words.long } : { record, link: href };
    } catch {
      return { why: words.wrong };
    }
  };
  const panel = (record) => `${home}/launch/${connection}?${new URLSearchParams({ component, record })}`;
  const tab = (record) => `${home}/pages/${connection}/tab?${new URLSearchParams({ component, record })}`;

  const load = () =>
    new Promise((onload, onerror) => {
      const nonce = document.currentScript?.nonce || document.querySelector("script[nonce]").nonce;
      document.head.append(make("script", { ...library, nonce, crossOrigin: "anonymous", onload, onerror }));
    });
  const start = async () => {
    await load();
    microsoftTeams.activateChildProxyingCommunication();
    // On a phone it hears the frames of a page only where their origin is named.
    await microsoftTeams.app.initialize(framed ? undefined : [home]);
    microsoftTeams.app.registerOnThemeChangeHandler(look);
    const context = await microsoftTeams.app.getContext();
    look(context.app.theme);
    return context;
  };
  const show = (record) => {
    if (framed) return location.replace(panel(record));
    const frame = make("iframe", { title: words.title, src: panel(record), allow: "clipboard-write" });
    Object.assign(frame.style, { display: "block", width: "100%", height: "100%", border: "0" });
    place.replaceChildren(frame);
  };

  const ask = (setting) => {
    const field = make("input", { type: "url", id: "link", required: true, autocomplete: "off", inputMode: "url" });
    const why = make("p", { role: "alert", id: "why" });
    const button = make("button", { type: "submit", hidden: setting }, words.open);
    field.setAttribute("aria-describedby", "hint why");
    const label = make("label", { htmlFor: "link" }, words.ask);
    const hint = make("p", { id: "hint", className: "quiet" }, words.hint);
    const form = make("form", { noValidate: true }, label, field, hint, why, button);
    const tell = () => {
      const found = read(field.value);
      why.textContent = field.value.trim() && found.why ? found.why : "";
      field.setAttribute("aria-invalid", !!why.textContent);
      if (setting) microsoftTeams.pages.config.setValidityState(!!found.record);
      return found;
    };
    field.oninput = tell;
    form.onsubmit = (event) => {
      event.preventDefault();
      const { record, why: wrong } = tell();
      if (!record) why.textContent = wrong;
      else if (!setting) show(record);
    };
    place.replaceChildren(form);
    if (setting)
      microsoftTeams.pages.config.registerOnSaveHandler(async (saving) => {
        const { record, link } = read(field.value);
        try {
          const name = decodeURIComponent(new URL(link).pathname.split("/").pop());
          const suggestedDisplayName = /\.\w{2,4}$/.test(name) ? name : words.tab;
          await microsoftTeams.pages.config.setConfig({ entityId: record, contentUrl: tab(record), websiteUrl: link, suggestedDisplayName });
          saving.notifySuccess();
        } catch {
          saving.notifyFailure(words.wrong);
        }
      });
    field.focus();
  };

  const record = said.get("record");
  if (record && framed) return show(record);
  try {
    const context = await Promise.race([start(), new Promise((_, fail) => setTimeout(fail, 15000))]);
    if (record) show(record);
    else {
      ask(context.page.frameContext == "settings");
      microsoftTeams.app.notifySuccess();
    }
  } catch {
    stop(words.outside);
  }
})();
