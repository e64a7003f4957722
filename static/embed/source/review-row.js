// Answering back for one row of a list in a host's page. New answers move what was selected there, so each row has a
// button of its own. Fetched with the first press on one of these.
window.inlayReviewRow ||= (() => {
  const busy = new Set();

  return async (button, post, session, tell) => {
    const list = button.closest("[data-inlay]");
    if (busy.has(list)) return;
    busy.add(list);
    const all = (selector) => [...list.querySelectorAll(selector)];
    const row = button.closest("[data-row]");
    const { row: record, decision, version } = row.dataset;
    const { verdict } = button.dataset;
    const at = all("[data-row]").indexOf(row);
    const name = row.querySelector(".name").textContent;
    const trouble = list.querySelector(".trouble");
    trouble.textContent = "";
    try {
      const review = [verdict, record, decision, version].join(" ");
      const said = { token: session.token, component: list.dataset.inlay, review };
      const answer = await post("reviews", Object.entries(said));
      await session.take(answer);
      const [{ status, detail }] = answer.results;
      if (status != 200) list.querySelector(".trouble").textContent = name + ": " + detail;
      else tell("review", { record, verdict });
      const left = all("[data-row] [data-action=review]");
      (left[at] || left.at(-1))?.focus();
    } catch (problem) {
      trouble.textContent = problem.detail || trouble.dataset.trouble;
      if (problem.status == 401) throw problem;
    } finally {
      busy.delete(list);
    }
  };
})();
