// A document beside its sidebar: shows the document, launches the panel, and goes where the panel points to.
import { locate, show } from "./paper.js";
import { start } from "./panel.js";

show();
if (document.querySelector(".pane")) start(locate);
// As a web component the panel speaks by events.
else
  addEventListener("inlay-locate", (event) => {
    const found = locate(event.detail);
    event.target.dispatchEvent(new CustomEvent("inlay-located", { detail: { found } }));
  });
