// What changes a panel of ours: a new fragment, its card, a new proof. frame.js loads this when one of them comes.
window.inlayChanges = async (own) => {
  const { launch, views, first, load, form, take, seen, tick, tell, canvas, token } = own;
  const { component, record } = launch;
  const main = first.box.parentNode;
  const doc = document;
  const OAUTH = "urn:ietf:params:oauth:";
  const note = doc.createElement("button");
  let card, loaded;

  const adopt = (css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    doc.adoptedStyleSheets.push(sheet);
  };
  // The live region is empty until now, so it needs no style before.
  adopt("[role=status]{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)}");

  // Whatever a component itself asks for through htmx is authorised, and does not say where it is shown.
  doc.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const { headers } = ctx.request;
    headers.Authorization = "Bearer " + token();
    delete headers["HX-Current-URL"];
  });
  const loadHtmx = async () => {
    const meta = doc.createElement("meta");
    meta.name = "htmx-config";
    meta.content = JSON.stringify({
      extensions: "hx-csp",
      history: false,
      includeIndicatorCSS: false,
      // in a frame with an opaque origin even we are another origin; connect-src allows no other than us
      mode: "cors",
      morphIgnore: ["data-htmx-powered", "open", "aria-expanded"],
      morphSkip: "[data-keep]",
      noSwap: [204, 304, 401, "5xx"],
    });
    doc.head.append(meta);
    // Until its gate is there too, htmx touches nothing.
    doc.body.setAttribute("hx-ignore", "");
    await load(launch.scripts.htmx);
    await load(launch.scripts.csp);
    doc.body.removeAttribute("hx-ignore");
    htmx.process(doc.body);
  };

  const put = async (view, text) => {
    await (loaded ||= loadHtmx());
    await htmx.swap({ text, target: view.box, sourceElement: view.box, swap: "innerMorph" });
    seen(view);
  };

  const fill = async (view, { fragments: [part], styles }) => {
    for (const tag in styles) adopt(styles[tag]);
    view.etag = part.etag;
    await put(view, part.html);
  };

  // Only the page around us can launch us anew.
  const relaunch = () => {
    canvas({ type: "repost", accessToken: "null", refresh: true });
    tell("auth-expired");
  };
  note.onclick = relaunch;

  return {
    put,
    relaunch,

    // What is on the page stays.
    expire() {
      note.textContent = launch.texts.expired;
      main.append(note);
    },

    // The card opens in the flow, below what opened it: a popover could not leave the frame.
    async open(button) {
      const tag = button.dataset.opens;
      if (!card) {
        card = { tag, box: doc.createElement("section") };
        card.box.hidden = true;
        main.append(card.box);
      }
      const open = card.box.hidden;
      card.box.hidden = !open;
      button.ariaExpanded = open;
      if (!open) return views.delete(card);
      if (!card.etag)
        await fill(card, await form("/components:batch", [["token", token()], ["style", tag], ["item", tag + " " + record + " -"]]));
      views.add(card);
      tick();
    },

    retry() {
      for (const view of views) view.etag = 0;
      tick();
    },

    // A new launch, handed over by the page around us, in place of the one that ended or was used.
    async prove({ token: proof, records = [record] }) {
      const answer = await form("/session", [
        ["grant_type", OAUTH + "grant-type:token-exchange"],
        ["subject_token_type", OAUTH + "token-type:jwt"],
        ["subject_token", proof],
        ["connection", launch.connection],
        ["component", component || new URLSearchParams(location.search).get("component")],
        ...records.map((one) => ["records", one]),
      ]);
      take(answer);
      note.remove();
      await fill(first, answer);
      tick();
    },

    // What a component's own script answers.
    ...self.inlayComponent?.({ ...own, form, fill }),
  };
};
