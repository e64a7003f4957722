"""What somebody meets who has no mouse, who enlarges, or whose system chooses the colours: held against any page.

Each function answers with sentences about what is wrong; none means that nothing is.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# 1280 by 1024 CSS pixels, enlarged to 400 %: what WCAG 2.2 calls reflow (1.4.10).
ENLARGED = {"width": 320, "height": 256}
MOST_TABS = 400

_TOP = """() => { // Tab goes on from here, wherever it was
  window.inlayMet = new Map()
  const top = Object.assign(document.createElement('span'), { tabIndex: -1 })
  document.body.prepend(top)
  top.focus()
  top.remove()
}"""
_FOCUS = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  if (!at || at == document.body) return null
  const box = at.getBoundingClientRect()
  const ringed = (e) => {
    const style = getComputedStyle(e)
    return (style.outlineStyle != 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow != 'none'
  }
  const around = at.parentElement?.closest('label, .search') // a box that holds a field and its sign is ringed as one
  const marked = ringed(at) || (around && ringed(around))
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  window.inlayMet ||= new Map()
  if (!inlayMet.has(at)) inlayMet.set(at, inlayMet.size)
  const inner = at.localName == 'iframe' || /date|time/.test(at.type) // has places of its own for Tab
  return { number: inlayMet.get(at), what: at.outerHTML.slice(0, 160), marked, seen, inner }
}"""
_LEFT = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})
    && !(e.type == 'radio' && [...document.getElementsByName(e.name)].some(one => inlayMet?.has(one)))
    && !e.closest('[inert]') && !(window.inlayMet?.has(e))
    && !(e.id && [...(window.inlayMet?.keys() ?? [])].some(one => one.id == e.id))) // drawn anew meanwhile
  .map(e => e.outerHTML.slice(0, 160))"""
_CUT = """() => {
  const cut = []
  for (const e of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(e)
    if (!e.checkVisibility({visibilityProperty: true}) || e.closest('.spoken, svg, [data-preview-layer]')) continue
    const hides = /hidden|clip/
    const across = hides.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1
    const down = hides.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1
    if ((across || down) && e.clientWidth > 2 && e.innerText?.trim()) cut.push('cut: ' + e.outerHTML.slice(0, 160))
    if (/fixed|sticky/.test(style.position) && e.offsetHeight > innerHeight / 2 && e.offsetWidth > innerWidth / 2)
      cut.push('covers the page: ' + e.outerHTML.slice(0, 160))
  }
  const far = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (far > 0) {
    const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    cut.push(`scrolls sideways by ${far}: ` + wide.slice(-1).map(e => e.outerHTML.slice(0, 200)))
  }
  return cut
}"""
_BLENDED = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.innerText?.trim())
  .filter(e => {
    const style = getComputedStyle(e)
    let under = e, ground
    while (under && /, 0\\)/.test(ground = getComputedStyle(under).backgroundColor)) under = under.parentElement
    return style.color == (under ? ground : getComputedStyle(document.documentElement).backgroundColor)
  }).map(e => 'no colour of its own: ' + e.outerHTML.slice(0, 160))"""
_AXE = """async (skip) => (await axe.run(document, {
  iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  rules: Object.fromEntries(skip.map(rule => [rule, {enabled: false}])),
})).violations.flatMap(v => v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.html.slice(0, 160)))"""


def by_keyboard(page: Page) -> list[str]:
    """Tab goes through everything that can be done, shows where it is, and comes out at the end.

    What is drawn while we are on the way may lie behind us: what we did not reach we look for once more.
    """
    wrong = _walked(page)
    if page.evaluate(_LEFT):
        wrong += _walked(page)
    return wrong + [f"out of reach: {what}" for what in page.evaluate(_LEFT)]


def _walked(page: Page) -> list[str]:
    wrong, met = [], -1
    page.evaluate(_TOP)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        at: dict[str, Any] | None = page.evaluate(_FOCUS)
        if at is None or at["number"] < met or (at["number"] == met and not at["inner"]):
            break
        met = at["number"]
        if not at["marked"] and not at["inner"]:  # the browser marks its own
            wrong.append(f"focus is not seen: {at['what']}")
        if not at["seen"]:
            wrong.append(f"focus is out of sight: {at['what']}")
    else:
        wrong.append("no way out by Tab")
    return wrong


def enlarged(page: Page) -> list[str]:
    """Nothing scrolls sideways, is cut off, or covers the rest; with all that can be opened open."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return list(page.evaluate(_CUT))


def in_forced_colours(page: Page) -> list[str]:
    """Whatever can be pressed still stands out from its ground."""
    return list(page.evaluate(_BLENDED))


def by_axe(page: Page, source: str, skip: tuple[str, ...] = ()) -> list[str]:
    """What axe knows of WCAG 2.2 AA. Where the colours are the system's, its contrast is unsound: leave it out."""
    page.evaluate(source)
    return list(page.evaluate(_AXE, [*skip]))
