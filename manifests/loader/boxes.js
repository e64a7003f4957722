// Each <div data-inlay="component" data-record="type/id"> becomes a panel in an iframe of its own.
const LAUNCH = "{{ launch_url }}";
const REASONS = {
  silent: "The panel did not answer: is this page's address among the connection's origins?",
  version: "The panel speaks another version than this page. Build the package again.",
  origin: "Something else than the panel answered, and was not listened to.",
  proof: "You are not signed in here, or your session has ended. Load the page again.",
};

for (const box of document.querySelectorAll("[data-inlay]")) {
  const { inlay: component, record } = box.dataset;
  const iframe = document.createElement("iframe");
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.hidden = true;
  const say = (reason) => {
    note.textContent = REASONS[reason] || "";
    note.hidden = !note.textContent;
  };
  iframe.title = "Inlay";
  iframe.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
  iframe.style.cssText = "display:block;inline-size:100%;border:0;height:120px";
  const options = {
    origin: new URL(LAUNCH).origin,
    look: () => ({
      theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
      locale: document.documentElement.lang || navigator.language,
      direction: document.documentElement.dir || "ltr",
    }),
    proof: () => getToken({ component, records: [record] }),
  };
  inlayFrame(iframe, options, (type, detail) => {
    if (type === "refused") say(detail.reason);
    if (type === "inlay-ready") say("");
    box.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  });
  iframe.src = LAUNCH + "?" + new URLSearchParams({ component, record });
  box.append(iframe, note);
}
