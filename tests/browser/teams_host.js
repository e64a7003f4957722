// A page that hosts tabs: the host's side of the TeamsJS wire, as reference pages and the library's source have it.
// It writes down what each frame says.
window.said = [];
window.place = "content";
window.runtime = {apiVersion: 4, hostVersionsInfo: {}, isLegacyTeams: false, supports: {dialog: {update: {}}, pages: {}}};
window.tokens = [[true, "token-1"], [true, "token-2"]];
const about = {locale: "de-de", theme: "dark", entityId: "home", hostName: "Teams", hostClientType: "web",
  frameContext: "content", userObjectId: "oid-1", tid: "tid-1", loginHint: "zoe@contoso.example", sessionId: "s"};
const frames_ = () => [...document.querySelectorAll("iframe")];
addEventListener("message", ({data, origin, source}) => {
  const frame = frames_().findIndex((each) => each.contentWindow == source);
  if (frame < 0 || !data?.func) return;
  said.push({frame, origin, data});
  const reply = (...args) => source.postMessage({id: data.id, ...(!window.old && {uuidAsString: data.uuidAsString}), args}, origin);
  ({
    initialize: () => reply(place, "web", JSON.stringify(runtime), "2.0.1"),
    getContext: () => reply(about),
    "authentication.getAuthToken": () => reply(...(tokens.length > 1 ? tokens.shift() : tokens[0])),
    registerHandler: () => {},
  })[data.func]?.();
});
window.tell = (message, frame = 0) => frames_()[frame].contentWindow.postMessage(message, "*");
window.funcs = (frame = 0) => said.filter((each) => each.frame == frame).map(({data}) => data.func);
