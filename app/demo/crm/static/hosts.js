// The seats of the page: each frame is launched as its host does it, and is as high as its panel says. Envelopes
// {inlay: 1, id, type, detail} from Inlay's exact origin only; a Canvas frame speaks its own dialect, as text.
const facts = JSON.parse(document.getElementById("page-facts").textContent);
const seats = [...document.querySelectorAll(".seat")].map((box) => ({ box, iframe: box.querySelector("iframe"), form: box.querySelector("form") }));
const MAX_HEIGHT = 1200;
let count = 0;

const size = (seat, height) => {
  if (height >= 0) seat.iframe.style.blockSize = `${Math.min(Math.ceil(height), MAX_HEIGHT)}px`;
};

addEventListener("message", ({ source, origin, data }) => {
  const seat = seats.find(({ iframe }) => iframe && iframe.contentWindow === source);
  if (!seat || origin !== facts.inlay) return;
  if (typeof data === "string") {
    return size(seat, Number.parseFloat(JSON.parse(data).body?.size?.height));
  }
  if (data?.inlay !== 1) return;
  seat.box.dataset.said = data.type;
  const tell = (type, detail) => source.postMessage({ inlay: 1, id: ++count, type, detail }, facts.inlay);
  if (data.type === "inlay-hello") {
    tell("inlay-hello", { nonce: data.detail?.nonce });
    tell("inlay-theme", { locale: facts.locale, direction: facts.direction });
  } else if (data.type === "inlay-resize") size(seat, Number(data.detail.height));
});

for (const { iframe, form } of seats) {
  if (form) form.submit();
  else if (iframe) iframe.src = iframe.dataset.address;
}
