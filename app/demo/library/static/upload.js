// A chosen file is sent at once; without scripts a button sends it.
for (const input of document.querySelectorAll("[data-upload]"))
  input.addEventListener("change", () => input.files.length && input.form.requestSubmit());
