// The window in which a viewer signs in. What was begun in this window is ended in this window: it keeps a secret of
// its own in its session storage, which no other window and no other person has.
(() => {
  const doc = document;
  const data = JSON.parse(doc.getElementById("inlay-popup").textContent);
  const [form] = doc.forms;
  const key = "inlay-signin " + data.state;

  const close = doc.querySelector("[data-close]");
  if (close) close.onclick = () => self.close();

  let store;
  try {
    store = sessionStorage;
    if (data.url) store.setItem(key, data.tab);
  } catch {
    doc.getElementById("main").hidden = true;
    doc.getElementById("blocked").hidden = false;
    return;
  }
  if (data.url) return location.replace(data.url);
  if (!form) return;

  form.elements.tab.value = store.getItem(key) || "";
  // The code of the address is used up; it need not lie in the window's history.
  history.replaceState(0, "", location.pathname);
  if (data.submit) return form.submit();

  // The code goes to whoever opened this window, if that is who it says: one exact origin, ours or a page's of the
  // connection.
  const send = (type, detail) => opener?.postMessage({ inlay: 1, type: "inlay-signin-" + type, detail }, data.opener);
  const late = setTimeout(() => {
    if (!data.code) return;
    doc.getElementById("fine").hidden = true;
    form.hidden = false;
  }, 3000);
  addEventListener("message", (event) => {
    if (!opener || event.source != opener || event.origin != data.opener || event.data?.inlay != 1) return;
    if (event.data.type == "inlay-signin-here" && form.elements.how) form.elements.how.value = data.code ? "digits" : "code";
    if (event.data.type == "inlay-signin-done") {
      clearTimeout(late);
      self.close();
    }
  });
  if (data.code) send("code", { code: data.code });
  else send("hello", {});
})();
