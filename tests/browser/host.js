// What a host's own script does: it gives proofs, and here writes down what it is told.
window.told = [];
window.asked = [];
window.blocked = [];
for (const name of "ready stale pending auth-expired denied unavailable resize".split(" "))
  document.addEventListener("inlay-" + name, (event) => {
    if (name != "resize") told.push([name, event.detail.component, event.detail.record, event.detail.state]);
  });
document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.violatedDirective));
window.proof = (want) => {
  asked.push(want);
  if (window.signedOut) throw new Error("signed out");
  return "proof-" + asked.length;
};
window.shadow = (selector = "inlay-score-badge") => document.querySelector(selector).shadowRoot;
