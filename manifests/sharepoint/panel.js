// What the web part and the command set share: the panel's address, and the viewer's token for Inlay from the page's
// own token provider. `FACTS` stands before this: home, connection, resource.
// https://learn.microsoft.com/sharepoint/dev/spfx/use-aadtokenprovider
const inlayPanel = ({ place, context, component, record, title, dark, fills }) => {
  const locale = context.pageContext.cultureInfo?.currentUICultureName || "en-US";
  const german = /^de/i.test(locale);
  const why = ({ message = "" }) =>
    /AADSTS65001|consent/i.test(message)
      ? german
        ? "Deine Administration muss den Zugriff noch genehmigen: SharePoint Admin Center, Erweitert, API-Zugriff."
        : "Your administrator has yet to approve the access: SharePoint admin center, Advanced, API access."
      : message.slice(0, 300);
  const getToken = async () => {
    try {
      const provider = await context.aadTokenProviderFactory.getTokenProvider();
      return await provider.getToken(FACTS.resource);
    } catch (problem) {
      throw new Error(why(problem || {}));
    }
  };
  const direction = getComputedStyle(place).direction;
  const panel = inlayAround({
    place,
    address: `${FACTS.home}/launch/${FACTS.connection}?${new URLSearchParams({ component, record })}`,
    title,
    look: () => ({ theme: dark ? "dark" : "light", locale, direction }),
    proof: getToken,
    kind: "urn:ietf:params:oauth:token-type:access_token",
    fills,
  });
  return {
    close: panel.close,
    theme(isDark) {
      dark = isDark;
      panel.look();
    },
  };
};
