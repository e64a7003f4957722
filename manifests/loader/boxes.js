// Each <div data-inlay="component" data-record="type/id"> becomes a panel in an iframe of its own.
const LAUNCH = "{{ launch_url }}";

for (const box of document.querySelectorAll("[data-inlay]")) {
  const { inlay: component, record } = box.dataset;
  inlayAround({
    place: box,
    address: LAUNCH + "?" + new URLSearchParams({ component, record }),
    title: "Inlay",
    look: () => ({
      theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
      locale: document.documentElement.lang || navigator.language,
      direction: document.documentElement.dir || "ltr",
    }),
    proof: () => getToken({ component, records: [record] }),
    tell: (type, detail) => box.dispatchEvent(new CustomEvent(type, { bubbles: true, detail })),
  });
}
