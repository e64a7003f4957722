// The page's side of the panel's frame: launches it by a form post, and answers what it says.
// Envelopes {inlay: 1, id, type, detail}, from and to Inlay's exact origin only.
const facts = JSON.parse(document.getElementById("page-facts").textContent);
const pane = document.querySelector(".pane");
const frame = pane?.querySelector("iframe");
const form = document.getElementById("inlay-launch");
const waiting = pane?.querySelector(".placeholder");
const dark = matchMedia("(prefers-color-scheme: dark)");
let count = 0;
let launched = false;

const tell = (type, detail = {}) => frame.contentWindow.postMessage({ inlay: 1, id: ++count, type, detail }, facts.inlay);
const theme = () => tell("inlay-theme", { theme: dark.matches ? "dark" : "light", locale: facts.locale, direction: "ltr" });

const fresh = async () => {
  const answer = await fetch("/inlay-token", { method: "POST", body: new URLSearchParams(facts.word ? { word: 1 } : {}) });
  if (!answer.ok) throw new Error(`the page has no token (${answer.status})`);
  return (await answer.json()).token;
};

const launch = () => {
  pane.dataset.state = "waiting";
  waiting.hidden = true;
  frame.onload = () => {
    if (launched) pane.dataset.state = "shown";
  };
  launched = true;
  form.submit();
};

// While the server is away a quiet placeholder stands here, and the panel comes by itself later.
const wait = () => {
  pane.dataset.state = "away";
  waiting.hidden = false;
  const again = setInterval(async () => {
    const up = await fetch("/status").then((answer) => answer.json(), () => ({}));
    if (!up.inlay) return;
    clearInterval(again);
    form.elements.token.value = await fresh();
    launch();
  }, 2000);
};

export const start = (locate) => {
  addEventListener("message", async ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== facts.inlay || data?.inlay !== 1) return;
    const { type, detail = {} } = data;
    pane.dataset.said = type;
    if (type === "inlay-hello") {
      tell("inlay-hello", { nonce: detail.nonce });
      theme();
    } else if (type === "inlay-auth-expired") tell("inlay-proof", { token: await fresh() });
    else if (type === "inlay-locate") tell("inlay-located", { found: locate(detail) });
  });
  dark.addEventListener("change", theme);
  if (pane.dataset.ready === "true") launch();
  else wait();
};
