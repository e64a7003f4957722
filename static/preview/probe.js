// The preview's ear inside a panel or a host's page: first in its head, so that nothing is missed. It changes nothing
// that a viewer would see; what it hears goes to the preview's window, which is on the same origin. Into a frame with an
// opaque origin nobody can look, so there it answers what the preview's window asks.
(() => {
  const { origin } = location;
  const where = frameElement ? frameElement.title || document.title : document.title;
  const say = (kind, detail) => top !== self && top.postMessage({ inlayPreview: kind, where, path: location.pathname, at: Date.now(), ...detail }, origin);

  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber, sample }) =>
    say("csp", { directive: effectiveDirective, blocked: blockedURI, source: sourceFile, line: lineNumber, sample }),
  );
  addEventListener("error", ({ message, filename, lineno }) => say("error", { message, source: filename, line: lineno }));
  addEventListener("unhandledrejection", ({ reason }) => say("error", { message: String(reason) }));
  const said = (data, to, from) => say("message", { data: JSON.parse(JSON.stringify(data)), from, to });
  self.inlaySaid = said;
  addEventListener("message", ({ data, source, origin: from }) => {
    if (data?.inlay) said(data, source === parent ? "panel" : "host", from);
    if (source !== top) return;
    if (data?.inlayWeather) Object.assign(weather, data.inlayWeather);
    if (data?.inlayAsk) say("drawn", drawn(document.querySelector("[data-inlay]")));
  });
  if (self.origin == "null")
    addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey, defaultPrevented }) => {
      if (!defaultPrevented && !/INPUT|TEXTAREA|SELECT/.test(target.nodeName)) say("key", { key, ctrlKey, metaKey, altKey });
    });

  // The component's markup, and where each box of it is and in what ink. From then on what moves
  // stands still, and what is far below is drawn too.
  const shape = (node) => {
    const { width, height } = node.getBoundingClientRect();
    const { color, fontSize } = getComputedStyle(node);
    const name = node.localName + (node.classList[0] ? "." + node.classList[0] : "");
    const inside = !node.matches("[data-inlay]") && !node.parentElement.checkVisibility();
    return { name, inside, box: `${Math.round(width)}×${Math.round(height)}`, ink: `${color}, ${fontSize}`, height };
  };
  const WHOLE = new CSSStyleSheet();
  WHOLE.replaceSync("*{content-visibility:visible!important}");
  const drawn = (node) => {
    node?.getRootNode().adoptedStyleSheets.push(WHOLE);
    for (const each of document.getAnimations()) {
      each.pause();
      each.currentTime = 0;
    }
    return node ? { html: node.outerHTML, shapes: [node, ...node.querySelectorAll("*")].map(shape) } : { html: "", shapes: [] };
  };
  self.inlayDrawn = drawn;

  // Latency and an absent network are made here, so that no thread of the server waits.
  const weather = { latency: 0, offline: false };
  const real = self.fetch;
  self.fetch = async (input, options = {}) => {
    const began = performance.now();
    const url = String(input.url || input);
    const row = { method: options.method || "GET", url: url.replace(origin, ""), headers: {} };
    for (const [name, value] of new Headers(options.headers)) row.headers[name] = name == "authorization" ? "Bearer ..." : value;
    try {
      if (weather.latency) await new Promise((done) => setTimeout(done, weather.latency * (0.75 + Math.random() / 2)));
      if (weather.offline) throw new TypeError("Failed to fetch");
      const answer = await real(input, options);
      const text = await answer.clone().text();
      say("request", { ...row, status: answer.status, ms: performance.now() - began, bytes: text.length, body: text.slice(0, 4000) });
      return answer;
    } catch (problem) {
      say("request", { ...row, status: 0, ms: performance.now() - began, bytes: 0, body: String(problem) });
      throw problem;
    }
  };

  // What a screen reader would be told: changes of live regions, here and in shadow roots.
  const listen = (root) =>
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const live = (target.nodeType == 1 ? target : target.parentElement)?.closest("[role=status],[role=alert],output,[aria-live]");
        if (live?.textContent.trim()) say("announce", { text: live.textContent.trim(), role: live.role || live.ariaLive || "status" });
      }
    }).observe(root, { childList: true, characterData: true, subtree: true });
  addEventListener("DOMContentLoaded", () => {
    listen(document.body);
    for (const element of document.querySelectorAll("*")) {
      const root = element.shadowRoot || self.inlayRoot?.(element);
      if (root) listen(root);
    }
    say("ready", {});
  });

  // What a screen reader has to read, by axe's own rules for roles and names, written as Playwright writes it.
  const QUIET = ["none", "presentation", "generic"];
  const STATES = ["aria-expanded", "aria-pressed", "aria-checked", "aria-busy", "aria-current"];
  const read = (node, depth) => {
    const { aria, dom, text } = self.axe.commons;
    const { nodeType, nodeValue } = node.props;
    const pad = "  ".repeat(depth);
    if (nodeType == 3) return nodeValue.trim() ? [`${pad}- text: ${nodeValue.trim()}`] : [];
    if (!dom.isVisibleToScreenReaders(node)) return [];
    const role = aria.getRole(node);
    if (!role || QUIET.includes(role)) return node.children.flatMap((child) => read(child, depth));
    const name = text.accessibleTextVirtual(node).trim().replace(/\s+/g, " ");
    const level = role == "heading" ? ` [level=${node.attr("aria-level") || node.props.nodeName.slice(1)}]` : "";
    const states = STATES.filter((each) => node.attr(each)).map((each) => ` [${each.slice(5)}=${node.attr(each)}]`);
    const inner = role == "img" ? [] : node.children.flatMap((child) => read(child, depth + 1));
    const own = `${pad}- ${role}${name && ` "${name}"`}${level}${states.join("")}`;
    return inner.some((each) => !each.trim().startsWith("- text:")) || !name ? [own, ...inner] : [own];
  };
  self.inlayAria = async (axeUrl, element) => {
    if (!self.axe) await import(axeUrl);
    try {
      return read(self.axe.setup(element), 0).join("\n");
    } finally {
      self.axe.teardown();
    }
  };

  // axe is 650 KB: fetched when it is asked for.
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  self.inlayAxe = async (axeUrl) => {
    if (!self.axe) await import(axeUrl);
    const { violations } = await self.axe.run(document, { runOnly: TAGS, resultTypes: ["violations"] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.map(({ target, html, failureSummary }) => ({ target: target.flat(9), html, why: failureSummary })),
    }));
  };
})();
