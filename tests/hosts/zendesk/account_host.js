// What an account's page gives to an app's frame, as far as sidebar.js asks: the record that is open, and a size.
window.ZAFClient = {
  init: () => ({
    context: async () => ({ location: "ticket_sidebar", product: "support" }),
    get: async (names) => {
      const known = { "ticket.id": 17, "currentUser.locale": "de", colorScheme: "dark" };
      return Object.fromEntries([names].flat().map((name) => [name, known[name]]));
    },
    invoke: (name, size) => parent.postMessage({ name, size }, "*"),
    on: () => undefined,
  }),
};
