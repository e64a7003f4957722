// What a page of the host gives its components: a loader of named modules, base classes as the toolchain compiles them
// (functions, not classes), a context, and a place. It writes down which tokens were asked for.
window.asked = [];
window.modules = {};
function BaseClientSideWebPart() {}
BaseClientSideWebPart.prototype.onInit = function () { return Promise.resolve(); };
function BaseListViewCommandSet() {}
BaseListViewCommandSet.prototype.tryGetCommand = function (id) { return this.commands[id]; };
BaseListViewCommandSet.prototype.raiseOnChange = function () { this.changes = (this.changes || 0) + 1; };
const libraries = {
  "@microsoft/sp-webpart-base": { BaseClientSideWebPart },
  "@microsoft/sp-property-pane": { PropertyPaneTextField: (name, more) => ({ targetProperty: name, ...more }) },
  "@microsoft/sp-listview-extensibility": { BaseListViewCommandSet },
};
window.define = (name, needs, factory) => (modules[name] = factory(...needs.map((each) => libraries[each])));
window.give = async () => "";
window.contextOf = (language) => ({
  pageContext: {
    site: { id: { toString: () => "11111111-aaaa-4bbb-8ccc-000000000001" } },
    web: { id: { toString: () => "11111111-aaaa-4bbb-8ccc-000000000002" } },
    list: { id: { toString: () => "11111111-aaaa-4bbb-8ccc-000000000003" } },
    cultureInfo: { currentUICultureName: language },
  },
  aadTokenProviderFactory: {
    getTokenProvider: async () => ({ getToken: (resource) => (asked.push(resource), give(resource)) }),
  },
});
window.webPart = (name, properties, language = "en-US") => {
  const part = new modules[name].default();
  part.domElement = document.getElementById("place");
  part.context = contextOf(language);
  part.properties = properties;
  part.onThemeChanged({ isInverted: true });
  part.render();
  return (window.part = part);
};
window.row = (values) => ({ getValueByName: (name) => values[name] });
window.commandSet = async (name) => {
  const set = new modules[name].default();
  const listeners = [];
  set.commands = { INLAY_OPEN: { visible: true } };
  set.context = {
    ...contextOf("en-US"),
    listView: {
      selectedRows: [],
      list: { guid: { toString: () => "11111111-AAAA-4bbb-8ccc-000000000003" } },
      listViewStateChangedEvent: { add: (_, listener) => listeners.push(listener) },
    },
  };
  window.select = (...rows) => {
    set.context.listView.selectedRows = rows.map(row);
    listeners.forEach((each) => each());
    return set.commands.INLAY_OPEN.visible;
  };
  await set.onInit();
  window.set = set;
};
