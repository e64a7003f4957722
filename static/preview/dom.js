// Elements without markup: the preview's own policy trusts no HTML at all.
export const h = (name, props = {}, ...children) => {
  const made = name.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key == "style") for (const [name, each] of Object.entries(value)) made.style.setProperty(name, each);
    else if (key == "value" && "value" in made) made.value = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
};

const PATHS = {
  frame: "M2.5 3.5h11v9h-11zM2.5 6h11",
  element: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  served: "M3.500 1.500h6l3 3v10h-9zM9.500 1.500v3h3M5.500 8h5M5.500 11h5",
  lock: "M3.500 7.500h9v6h-9zM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7z",
  auto: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  outline: "M2.5 2.500h4v4h-4zM9.500 9.500h4v4h-4zM9.500 2.500h4v4h-4zM2.500 9.500h4v4h-4z",
  measure: "M2 6h12v4H2zM5 6v2M8 6v2M11 6v2",
  targets: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  order: "M4 3v10M2.500 4.500 4 3l1.500 1.500M8 4h6M8 8h5M8 12h3",
  open: "M9 2.500h4.500V7M13.500 2.500 8 8M11 9.500v4H2.500V5h4",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500 14 14",
  check: "M3 8.500 6.500 12 13 4.500",
  play: "M5 3l8 5-8 5z",
};
export const icon = (name) =>
  h("svg:svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, h("svg:path", { d: PATHS[name] }));

export const put = (into, ...children) => into.replaceChildren(...children.flat().filter(Boolean));

// One of a few: a group of buttons of which one is pressed.
export const segments = (label, options, value, pick) =>
  h("div", { class: "segments", role: "group", "aria-label": label },
    options.map(([name, text, title]) =>
      h("button", { type: "button", "aria-pressed": String(name === value), title, onclick: () => pick(name) }, text)));

export const select = (label, options, value, pick) =>
  h("label", { class: "select" }, h("span", {}, label),
    h("select", { "data-label": label, onchange: ({ target }) => pick(target.value) },
      options.map(([name, text]) => h("option", { value: name, selected: name === value }, text))));

export const bytes = (n) => (n < 1000 ? `${n} B` : `${(n / 1000).toFixed(1)} kB`);

// Keys that a frame has no use for are the preview's, also where somebody has clicked into the frame.
export const lendKeys = (view) => {
  if (!view || view.lent) return;
  view.lent = true;
  view.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey, defaultPrevented }) => {
    if (!defaultPrevented && !/INPUT|TEXTAREA|SELECT/.test(target.nodeName)) dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, metaKey, altKey }));
  });
};

export const toast = (text) => {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("shown"), 1800);
};

export const copy = async (text, what) => {
  await navigator.clipboard.writeText(text);
  toast(`${what} copied`);
};
