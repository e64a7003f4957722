// What the web part and the command set share: the panel's address, and the viewer's token for Inlay from the page's
// own token provider. `FACTS` stands before this: home, connection, resource.
// https://learn.microsoft.com/sharepoint/dev/spfx/use-aadtokenprovider
const inlayPanel = ({ place, context, component, record, title, dark, grows }) => {
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
  const address = `${FACTS.home}/launch/${FACTS.connection}?${new URLSearchParams({ component, record })}`;
  return inlayAround({ place, home: FACTS.home, address, title, locale, dark, grows, getToken });
};
