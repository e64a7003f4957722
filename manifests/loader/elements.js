// What went wrong, in words, where the panels would have stood: an element that never came to life is an empty box.
const waiting = document.querySelectorAll(":not(:defined)");
if (!window.Inlay) for (const element of waiting) element.textContent = "This panel cannot be reached right now.";
else window.Inlay.configure({ connection: "{{ connection }}", getToken });
