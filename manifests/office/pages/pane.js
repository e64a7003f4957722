// The page of a task pane: which document is open, who is looking, and in a frame the panel about it.
// https://learn.microsoft.com/office/dev/add-ins/develop/sso-in-office-add-ins
(async () => {
  const { home, connection, component } = JSON.parse(document.getElementById("inlay-page").textContent);
  const WORDS = {
    en: {
      local: "This document is only on this computer. Save it to OneDrive or SharePoint to have it reviewed here.",
      long: "This document's address is too long for a panel. Move it to a folder with a shorter name.",
      outside: "Open this page from the ribbon of Word.",
      old: "This version of Word signs nobody in to add-ins. Sign in within the panel.",
      13001: "Sign in to Word with your work account first.",
      13002: "You closed the sign-in.",
      13003: "Word knows you by an account of another kind. Sign in to Word with your work account.",
      13006: "Close the browser's tab with Word and open the document anew.",
      13008: "A sign-in is under way. Wait a moment.",
      setup: "Word gave no sign-in to this add-in; your admin can find the reason by its code.",
      code: "Code",
      title: "Document review",
    },
    de: {
      local: "Dieses Dokument liegt nur auf diesem Computer. Speichere es in OneDrive oder SharePoint, damit es hier geprüft werden kann.",
      long: "Die Adresse dieses Dokuments ist zu lang für ein Panel. Lege es in einen Ordner mit kürzerem Namen.",
      outside: "Öffne diese Seite über das Menüband von Word.",
      old: "Diese Version von Word meldet niemanden bei Add-ins an. Melde dich im Panel an.",
      13001: "Melde dich zuerst mit deinem Geschäftskonto bei Word an.",
      13002: "Du hast die Anmeldung geschlossen.",
      13003: "Word kennt dich mit einem Konto anderer Art. Melde dich mit deinem Geschäftskonto bei Word an.",
      13006: "Schließe den Browser-Tab mit Word und öffne das Dokument neu.",
      13008: "Eine Anmeldung läuft gerade. Warte einen Moment.",
      setup: "Word gab diesem Add-in keine Anmeldung; mit dem Code kann deine Administration den Grund finden.",
      code: "Code",
      title: "Dokumentprüfung",
    },
  };
  const LONGEST = 250; // signs of a document's name that we take
  const place = document.querySelector("main");
  const locale = () => Office.context?.displayLanguage || document.documentElement.lang;
  const words = () => WORDS[locale().slice(0, 2)] || WORDS.en;
  const stop = (text) => {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = text;
    place.replaceChildren(note);
  };

  // https://learn.microsoft.com/graph/api/shares-get#encoding-sharing-urls
  const shared = (url) => {
    const { origin, pathname } = new URL(url);
    const bytes = new TextEncoder().encode(origin + pathname);
    return "u!" + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  // By brightness, where the theme's own word is missing.
  const isDark = () => {
    const { isDarkTheme, bodyBackgroundColor: ground } = Office.context.officeTheme || {};
    const [red, green, blue] = (/^#?(..)(..)(..)/.exec(ground) || []).slice(1).map((part) => parseInt(part, 16));
    return isDarkTheme ?? (ground ? red * 0.3 + green * 0.59 + blue * 0.11 < 128 : matchMedia("(prefers-color-scheme: dark)").matches);
  };

  const getToken = async ({ claims, asked }) => {
    if (!Office.context.requirements.isSetSupported("IdentityAPI", "1.3")) throw new Error(words().old);
    const asks = { allowSignInPrompt: true, allowConsentPrompt: !!asked, ...(claims && { authChallenge: claims }) };
    try {
      return await Office.auth.getAccessToken(asks);
    } catch ({ code }) {
      throw new Error(`${words()[code] || words().setup} (${words().code} ${code})`);
    }
  };

  const { host } = await Office.onReady();
  if (!host) return stop(words().outside);
  const url = Office.context.document.url || "";
  if (!/^https:/.test(url)) return stop(words().local);
  const record = shared(url);
  if (record.length > LONGEST) return stop(words().long);
  const asked = new URLSearchParams({ component, record: "share/" + record });
  const theme = isDark() ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  inlayAround({
    place,
    address: `${home}/launch/${connection}?${asked}`,
    title: words().title,
    look: () => ({ theme, locale: locale(), direction: getComputedStyle(place).direction }),
    proof: getToken,
    kind: "urn:ietf:params:oauth:token-type:access_token",
    fills: true,
  });
})();
