// The AI fields of the record page, as they are written back from outside.
const section = document.querySelector("[data-ai]");

const show = async () => {
  const answer = await fetch(section.dataset.ai, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { values, history } = await answer.json();
  for (const [name, value] of Object.entries(values)) {
    for (const place of document.querySelectorAll(`[data-value="${name}"]`)) place.textContent = value || "–";
    const input = document.getElementById(`f-${name}`);
    if (input && input.defaultValue === input.value && document.activeElement !== input) input.defaultValue = input.value = value;
  }
  const rows = history.slice(0, 8).map(({ at, by, field, was, is }) => {
    const row = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = new Date(at * 1000).toLocaleTimeString();
    const what = document.createElement("span");
    what.textContent = `${field}: ${was || "–"} → ${is || "–"} (${by || "?"})`;
    row.append(time, what);
    return row;
  });
  section.querySelector("[data-history]").replaceChildren(...rows);
  section.querySelector("[data-history-empty]").hidden = rows.length > 0;
};

if (section)
  setInterval(() => {
    if (!document.hidden) show().catch(() => {});
  }, 1500);
if (section) show().catch(() => {});
