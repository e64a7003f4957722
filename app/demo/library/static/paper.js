// The document as pages of text, or by the browser's own viewer; both can be sent to a place in it.
const paper = document.querySelector("[data-paper]");
const text = document.querySelector("[data-text]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const native = () => paper.querySelector(".native:not([hidden])");

export const show = () => {
  const viewer = paper.querySelector(".native");
  if (!viewer || !navigator.pdfViewerEnabled) return;
  viewer.src = `${viewer.dataset.native}#navpanes=0&${location.hash.slice(1)}`;
  viewer.hidden = false;
  text.hidden = true;
};

// Letters of the text without its white space, each with the node and place that it stands at.
const letters = (root) => {
  const places = [];
  let all = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (let at = 0; at < node.data.length; at++)
      if (!/\s/.test(node.data[at])) {
        all += node.data[at];
        places.push([node, at]);
      }
  return { all, places };
};

// White space differs between readers of one file; a part may stand beyond a page's foot, so a beginning will do.
const find = (quote, page) => {
  const wanted = quote.replace(/\s+/g, "");
  const roots = wanted ? [document.getElementById(`page-${page}`), text].filter(Boolean).map(letters) : [];
  for (const length of [wanted.length, 60])
    for (const { all, places } of roots) {
      const part = wanted.slice(0, length);
      const at = all.indexOf(part);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(...places[at]);
      const [node, last] = places[at + part.length - 1];
      range.setEnd(node, last + 1);
      return range;
    }
  return null;
};

// A viewer that is open does not follow its address; a new one starts on the page.
const turn = (viewer, page) => {
  const fresh = viewer.cloneNode();
  fresh.src = `${viewer.dataset.native}&at=${Date.now()}#navpanes=0&page=${page}`;
  viewer.replaceWith(fresh);
};

// Goes to a quote, else to its page; whether there was anything to go to.
export const locate = ({ quote = "", page }) => {
  const range = text && find(String(quote), page);
  const sheet = range?.startContainer.parentElement.closest(".sheet") ?? document.getElementById(`page-${page}`);
  const viewer = native();
  CSS.highlights?.clear();
  if (viewer && (sheet || page)) turn(viewer, sheet?.id.slice(5) ?? Number(page));
  else {
    if (range) CSS.highlights?.set("found", new Highlight(range));
    const place = range ?? sheet;
    if (!place) return false;
    // The paper alone: the page around it stays where it is.
    const ahead = place.getBoundingClientRect().top - paper.getBoundingClientRect().top;
    const above = range ? paper.clientHeight / 3 : 12;
    paper.scrollBy({ top: ahead - above, behavior: calm.matches ? "auto" : "smooth" });
  }
  return true;
};
