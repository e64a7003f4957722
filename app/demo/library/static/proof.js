// Gives Inlay's elements their proof: the viewer's access token, as a page's token provider gives it.
(() => {
  const getToken = async () => {
    const answer = await fetch("/inlay-token", { method: "POST" });
    return answer.ok ? (await answer.json()).token : null;
  };
  if (window.Inlay) return window.Inlay.configure({ getToken });

  // The loader did not come: say so, and try again once Inlay is up.
  const source = document.querySelector('script[src$="/embed/inlay.js"]').src;
  for (const element of document.querySelectorAll(":not(:defined)")) element.textContent = "not available";
  const again = setInterval(async () => {
    const up = await fetch("/status").then((answer) => answer.json(), () => ({}));
    if (!up.inlay) return;
    clearInterval(again);
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => window.Inlay.configure({ getToken });
    document.head.append(script);
  }, 3000);
})();
