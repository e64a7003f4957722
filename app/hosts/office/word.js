// For the page of a Word task pane, beside the vendor's office.js: shows the place that the panel in a frame asks for.
// The panel says `inlay-locate` with a quote; the words are searched in the open document and selected; the answer is
// `inlay-located`. https://learn.microsoft.com/javascript/api/word/word.body#word-word-body-search-member(1)
(() => {
  const LONGEST = 255; // characters that Word searches for
  const LEAST = 12; // fewer are found anywhere

  // Word's search knows lines of one paragraph, not what stands between paragraphs, and takes ^ for its own sign.
  const cut = (text) => (text.length > LONGEST ? text.slice(0, LONGEST).replace(/\s+\S*$/, "") : text);
  const searched = (quote) => {
    const lines = quote.split(/\s*\n\s*/).filter((line) => line.length >= LEAST);
    const whole = quote.replace(/\s+/g, " ").trim();
    const longest = [...lines].sort((one, other) => other.length - one.length)[0];
    const start = whole.split(" ").slice(0, 8).join(" ");
    const tries = [whole, lines[0], longest, start].filter(Boolean);
    return [...new Set(tries.map((text) => cut(text.replaceAll("^", "")).trim()))];
  };

  const locate = (quote) =>
    Word.run(async (context) => {
      for (const text of searched(quote)) {
        const found = context.document.body.search(text, { ignoreSpace: true });
        found.load("items");
        await context.sync();
        if (!found.items.length) continue;
        found.items[0].select();
        await context.sync();
        return true;
      }
      return false;
    });

  addEventListener("message", async ({ data, origin, source }) => {
    const frame = [...document.querySelectorAll("iframe")].find(({ contentWindow }) => contentWindow == source);
    if (!frame || origin != new URL(frame.src).origin) return;
    const { inlay, id, type, detail } = data || {};
    if (inlay != 1 || type != "inlay-locate" || typeof detail?.quote != "string") return;
    const answer = (found) => source.postMessage({ inlay: 1, id, type: "inlay-located", detail: { found } }, origin);
    answer(null); // somebody looks: it may take longer than the panel waits for a page that does not
    await Office.onReady();
    answer(await locate(detail.quote).catch(() => false));
  });
})();
