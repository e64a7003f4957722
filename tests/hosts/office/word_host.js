// What Word on the web says to an add-in's frame, as far as the vendor's unmodified office.js asks: its context, and
// batches of calls on a document of three paragraphs. Searches as Word does: within a paragraph, 255 signs at most.
const TEXT = [
  "1. Supply. During the Term, Supplier shall not supply the Products to any third party in the Territory.",
  "2. Law. This Agreement is governed by the laws of the State of New York.",
  "3. Long. " + "The parties agree that each of them bears its own costs. ".repeat(12),
];
window.searched = [];
window.selected = [];
window.tokens = 0;
const link = window.url || "https://contoso.sharepoint.com/sites/legal/Contract.docx";
const sign = () => ((tokens += 1), window.error ? { Version: 1, Error: error } : { Version: 1, Error: 0, accessToken: token });
const requirements = { WordApi: 1.9, Selection: 1.1, IdentityAPI: 1.3 };
const context = () => ({
  _id: "app1", _appName: 32, _appVersion: "16.01", _appUILocale: "en-US", _dataLocale: "en-US",
  _docUrl: link, _clientMode: 1, _settings: {}, _reason: 1,
  _osfControlType: 1, _eToken: "", _correlationId: "c", _appInstanceId: "i", _appMinorVersion: 0,
  _requirementMatrix: JSON.stringify(requirements), _hostCustomMessage: "", _hostFullVersion: "16.0.17000.1",
  _clientWindowHeight: 600, _clientWindowWidth: 320, _addinName: "Panel", _appDomains: ["https://panel.example.com"],
  _dialogRequirementMatrix: "{}", _featureGates: {}, _initialDisplayMode: 0,
});
const search = (text) => {
  searched.push(text);
  if (text.length > 255) throw Error("SearchStringInvalidOrTooLong");
  const squeezed = (each) => each.replace(/\s+/g, "").toLowerCase();
  return TEXT.filter((each) => squeezed(each).includes(squeezed(text))).map(() => ({ _ReferenceId: text, text }));
};
const batch = ({ ArrayData }) => {
  const { Actions, ObjectPaths } = JSON.parse(ArrayData.find((each) => typeof each == "string" && each[0] == "{"));
  const results = [];
  for (const { Id, ActionType, Name, ObjectPathId } of Actions) {
    const path = ObjectPaths[ObjectPathId];
    if (Name == "Select") selected.push(path.Name);
    if (ActionType == 2) {
      const found = path.Name == "Search" ? search(path.ArgumentInfo.Arguments[0]) : [];
      results.push({ ActionId: Id, Value: { _Items: found } });
    }
  }
  return { Version: 1, Error: 0, Data: [200, ["Content-Type", "application/json"], JSON.stringify({ Results: results }), ""] };
};
const answers = {
  ContextActivationManager_getAppContextAsync: context,
  executeMethod: (data) => ({ 93: batch, 98: sign })[data.DdaMethod.DispatchId]?.(data) || { Version: 1, Error: 5000 },
};
addEventListener("message", ({ data, origin, source }) => {
  let asked;
  try {
    asked = JSON.parse(data);
  } catch {
    return;
  }
  if (asked._messageType !== 0) return;
  const { _actionName, _conversationId, _correlationId } = asked;
  const given = asked._actionType === 0 && answers[_actionName] ? answers[_actionName](asked._data) : null;
  const reply = {
    _messageType: 1, _actionName, _conversationId, _correlationId, _origin: location.origin, _data: given,
    _errorCode: 0, _responseType: 0, _serializerVersion: 1,
  };
  source.postMessage(JSON.stringify(reply), origin);
});
const frame = document.createElement("iframe");
frame.name = JSON.stringify({
  baseFrameName: "f", hostInfo: "Word|Web|16.01|en-US|abc|isNotDialog||0|", xdmInfo: "conv1|app1|" + location.origin,
  serializerVersion: 1, flights: "[]", appContext: "",
});
const where = window.pane || "https://panel.example.com/pane";
frame.src = where + (where.includes("?") ? "&" : "?") + "_host_Info=Word$Web$16.01$en-US$abc$isNotDialog$$0";
frame.style = "width:320px;height:600px;border:0";
document.body.append(frame);
