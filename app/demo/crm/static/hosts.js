// The seats of the page: each frame is launched as its host does it, and answered as that host's page answers: by
// envelopes {inlay: 1, id, type, detail}, by a Canvas frame's own text, by TeamsJS's {func, args}. Only a window that we
// made, at Inlay's exact origin, is heard, and a token goes there only.
const facts = JSON.parse(document.getElementById("page-facts").textContent);
const seats = [...document.querySelectorAll(".seat")].map((box) => ({ box, iframe: box.querySelector("iframe"), form: box.querySelector("form") }));
const dark = matchMedia("(prefers-color-scheme: dark)");
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const APART = 10000; // ms in which a token that was handed over is not handed over again
let count = 0;

const size = (seat, height) => {
  if (height >= 0) seat.iframe.style.blockSize = `${Math.ceil(height)}px`; // hosts.css says how high it can be at most
};
const theme = () => (dark.matches ? "dark" : "light");
const look = () => ({ theme: theme(), locale: facts.locale, direction: facts.direction });
const tell = (seat, type, detail) =>
  seat.iframe.contentWindow.postMessage({ inlay: 1, id: ++count, type, detail }, facts.inlay);

// Our own bridge.
const plain = (seat, { type, detail = {} }) => {
  seat.box.dataset.said = type;
  if (type === "inlay-hello") {
    seat.greeted = true;
    tell(seat, "inlay-hello", { nonce: detail.nonce });
    tell(seat, "inlay-theme", look());
  } else if (type === "inlay-resize") size(seat, Number(detail.height));
  else if (type === "inlay-auth-expired" && seat.iframe.dataset.token && !(Date.now() - seat.proved < APART)) {
    seat.proved = Date.now();
    tell(seat, "inlay-proof", { token: seat.iframe.dataset.token, kind: ACCESS_TOKEN });
  }
};

// TeamsJS, as an app around a tab answers it. https://learn.microsoft.com/javascript/api/@microsoft/teams-js
const teams = (seat, { id, uuidAsString, func }) => {
  const name = () => (dark.matches ? "dark" : "default");
  const answers = {
    initialize: () => ["content", "web", JSON.stringify({ apiVersion: 4, supports: {} }), "2.0.1"],
    getContext: () => [{ theme: name(), locale: facts.locale, frameContext: "content" }],
    "authentication.getAuthToken": () => [true, seat.iframe.dataset.token],
  };
  if (!answers[func]) return;
  seat.box.dataset.said = func;
  seat.iframe.contentWindow.postMessage({ id, uuidAsString, args: answers[func]() }, facts.inlay);
};

addEventListener("message", ({ source, origin, data }) => {
  const seat = seats.find(({ iframe }) => iframe && iframe.contentWindow === source);
  if (!seat || origin !== facts.inlay) return;
  if (typeof data === "string") size(seat, Number.parseFloat(JSON.parse(data).body?.size?.height));
  else if (data?.inlay === 1) plain(seat, data);
  else if (typeof data?.func === "string") teams(seat, data);
});
dark.addEventListener("change", () => {
  for (const seat of seats) if (seat.greeted) tell(seat, "inlay-theme", look());
});

for (const { iframe, form } of seats) {
  if (form) form.submit();
  else if (iframe) iframe.src = iframe.dataset.address;
}
