// What the app around a tab answers on a phone: no page, but an interface that takes texts, and a function to answer by.
window.place = "content";
window.said = [];
window.nativeInterface = {
  framelessPostMessage(text) {
    const { id, uuidAsString, func, args } = JSON.parse(text);
    said.push([func, ...args]);
    const runtime = JSON.stringify({ apiVersion: 4, hostVersionsInfo: {}, isLegacyTeams: false, supports: { pages: { config: {} } } });
    const replies = {
      initialize: () => [place, "android", runtime, "2.0.1"],
      getContext: () => [{ locale: "en-us", theme: "dark", entityId: "review", hostClientType: "android", frameContext: place }],
      "authentication.getAuthToken": () => [true, token],
    };
    const given = replies[func]?.();
    if (given) setTimeout(() => onNativeMessage({ data: { id, uuidAsString, args: given } }));
  },
};
