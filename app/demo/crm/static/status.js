// Keeps the health dots of the welcome page true while the page is looked at.
const show = (name, up) => {
  document.querySelector(`[data-service="${name}"]`)?.setAttribute("data-up", String(up));
  const words = document.querySelector(`[data-state-of="${name}"]`);
  if (words) words.textContent = up ? "running" : "not running";
};

const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/status");
    for (const [name, up] of Object.entries(await answer.json())) show(name, up);
    show("crm", true);
  } catch {
    show("crm", false);
  }
};

setInterval(look, 3000);
document.addEventListener("visibilitychange", look);
