// A host that allows closed roots only: each root is closed to the page and to every script; the preview keeps a key.
(() => {
  const roots = new WeakMap();
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, { ...options, mode: "closed" });
    roots.set(this, root);
    return root;
  };
  self.inlayRoot = (element) => roots.get(element);
})();
