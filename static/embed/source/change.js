// What changes a panel of ours: a new fragment, its card, a new proof. frame.js loads this when one of them comes.
window.inlayChanges = async (own) => {
  const { launch, views, first, nonce, ask, take, seen, tick, tell, token } = own;
  const renew = renewal(own);
  const { component, record } = launch;
  const main = first.box.parentNode;
  const doc = document;
  const OAUTH = "urn:ietf:params:oauth:";
  const SLOW = 30000;
  const note = doc.createElement("button");
  let card, loaded;
  let refusals = 0;
  // Why there is no session, or no longer: a code of ours, what the host's sign-in must be told, and what to quote.
  let why = { code: launch.used ? "used" : launch.refused || "sign-in-needed", claims: launch.claims, reference: launch.reference };

  const post = async (path, fields) => {
    const answer = await ask(path, { method: "POST", body: new URLSearchParams(fields) });
    if (!answer.ok) throw answer;
    return answer;
  };
  const form = async (...asked) => (await post(...asked)).json();
  // What a refusal says; nothing where it is none, or says nothing.
  const said = async (problem) => (await problem.json?.().catch(() => 0)) || {};
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
  const policy = self.trustedTypes?.createPolicy("inlay", { createScriptURL: (url) => url });
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
    // Until its gate, the second part of the file, is there too, htmx touches nothing.
    doc.body.setAttribute("hx-ignore", "");
    await new Promise((onload, onerror) => {
      const script = doc.createElement("script");
      const url = launch.scripts.htmx;
      const src = policy?.createScriptURL(url) || url;
      doc.head.append(Object.assign(script, { nonce, src, onload, onerror }));
    });
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

  const learn = async (problem) => {
    const unsaid = problem.status < 429 ? "session-invalid" : "unavailable";
    const { code = unsaid, claims, reference } = await said(problem);
    why = { code, claims, reference };
  };

  // A new launch in place of the one that ended or was used.
  const prove = async ({ token: proof, kind = OAUTH + "token-type:jwt", records = record ? [record] : [] }) => {
    const answer = await form("/session", [
      ["grant_type", OAUTH + "grant-type:token-exchange"],
      ["subject_token_type", kind],
      ["subject_token", proof],
      ["connection", launch.connection],
      ["component", component],
      ...records.map((one) => ["records", one]),
    ]);
    take(answer);
    refusals = 0;
    note.remove();
    await fill(first, answer);
    tick();
  };

  // What is on the page stays, with a word below it. To be away, or asked too often, is no refusal.
  const wait = () => {
    tell(/unavail|busy|rate|error/.test(why.code) ? "unavailable" : "auth-expired", why);
    note.textContent = launch.texts.expired;
    if (!launch.used) main.append(note);
  };

  // Where the page around us can be asked by its own dialect, it is; else it is told.
  const lapse = async (problem, asked) => {
    if (problem) await learn(problem);
    let proof;
    try {
      proof = await renew(asked, why);
    } catch {}
    if (proof) await prove(proof).catch(refused);
    else wait();
  };
  // A page may answer each word of ours with a proof: one that was refused is asked for again later each time.
  const refused = async (problem) => {
    await learn(problem);
    setTimeout(wait, refusals && Math.min(SLOW, 500 * 2 ** refusals));
    refusals++;
  };
  note.onclick = () => lapse(0, 1);

  const shared = { ...own, form, post, said, fill };
  return {
    put,
    lapse,
    why: () => why,

    extend: async () => take(await form("/session/renew", { token: token() })),

    // Handed over by the page around us.
    proof: (given) => prove(given).catch(refused),

    // The card opens in the flow, below what opened it: a popover could not leave the frame.
    async open(button) {
      const tag = button.dataset.opens;
      if (!card) {
        card = { tag, record, box: doc.createElement("section") };
        card.box.hidden = true;
        main.append(card.box);
      }
      const open = card.box.hidden;
      card.box.hidden = !open;
      button.ariaExpanded = open;
      if (!open) return views.delete(card);
      if (!card.etag)
        await fill(card, await form("/components:batch", { token: token(), style: tag, item: tag + " " + record + " -" }));
      views.add(card);
      tick();
    },

    retry() {
      for (const view of views) view.etag = 0;
      tick();
    },

    // A verdict, by whichever component here.
    async review(button) {
      if (!self.inlayReview) await import(new URL("review.js#" + Date.now(), launch.scripts.change));
      return inlayReview(button, shared);
    },

    // What a component's own script answers.
    ...self.inlayComponent?.(shared),
  };
};
