// The admin's pages work without this script, but for the link that lets one in: its code stands after the #, which
// no browser sends, and is put into the form here. The rest is comfort.
const code = document.querySelector("input[name=code]");
if (code && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // it need not lie in the window's history
  code.form.requestSubmit();
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const said = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = said), 1500);
  });
}

// What is wider than its place is scrolled by keyboard too: not every browser lets Tab go there by itself.
const fits = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
  scrollWidth <= clientWidth && scrollHeight <= clientHeight;
const sized = new ResizeObserver((changes) => {
  for (const box of new Set(changes.map(({ target }) => target.closest(".scroll")))) {
    if (fits(box)) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      continue;
    }
    const named = box.querySelector("caption") ?? box.closest("section, details")?.querySelector("h2, summary");
    box.tabIndex = 0;
    box.role = "region";
    box.ariaLabel = named?.textContent.trim() || document.title;
  }
});
for (const each of document.querySelectorAll(".scroll, .scroll > *")) sized.observe(each);

// A list whose lines turn green by themselves: `data-poll` answers {"<key>": {"state": "...", "text": "..."}}.
for (const list of document.querySelectorAll("[data-poll]")) {
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(list.dataset.poll, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        for (const [key, line] of Object.entries(await answer.json())) {
          const shown = list.querySelector(`[data-key="${key}"]`);
          if (!shown || shown.dataset.state === line.state) continue;
          shown.dataset.state = line.state;
          shown.querySelector("[data-text]").textContent = line.text;
        }
      } catch {
        // away for a moment: the next look may find it
      }
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}
