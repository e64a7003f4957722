// A pretended host's page: gives the panel its height, and the element its proof. The preview speaks through it.
(() => {
  const { origin } = location;
  const token = document.querySelector("[data-token]")?.dataset.token;
  const frame = document.querySelector("iframe");
  if (self.Inlay) Inlay.configure({ getToken: () => token });
  if (!frame) return;
  addEventListener("message", ({ data, source }) => {
    if (source != frame.contentWindow || !data?.inlay) return;
    if (data.type == "inlay-resize") frame.style.blockSize = `${data.detail.height}px`;
    if (data.type == "inlay-hello") send("inlay-hello", { nonce: data.detail.nonce });
  });
  let id = 0;
  const send = (type, detail, target = origin) => frame.contentWindow.postMessage({ inlay: 1, id: ++id, type, detail }, target);
  self.inlayHost = { send, frame };
})();
