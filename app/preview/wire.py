"""The preview's twin of our addresses: what a panel fetches after its first sight. It remembers nothing; where a
story's flow stands is told by its token, which says when it began, and what was said by what is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.errors import Denied, InlayError, RateLimited, SessionExpired, Unavailable
from app.preview.book import Edition
from app.preview.said_back import Back, after, carried, naming
from app.preview.scene import Scene

_FAILURES: dict[str, Callable[[], InlayError]] = {
    "401": lambda: SessionExpired(reason="preview"),
    "403": lambda: Denied(reason="preview"),
    "429": lambda: RateLimited(reason="preview", retry_after_s=5),
    "500": lambda: InlayError(reason="preview"),
    "503": lambda: Unavailable(reason="preview", retry_after_s=3),
}
STATUS = {"denied": 403, "unavailable": 503}
LASTS_S = 900


@dataclass(frozen=True, slots=True)
class Said:
    """One fragment as it would be answered."""

    tag: str
    record: str
    state: str
    etag: str
    html: str

    @property
    def status(self) -> int:
        """The HTTP status that production answers in this state."""
        return STATUS.get(self.state, 200)

    def as_json(self, known: str = "") -> dict[str, Any]:
        """As a batch answers it; `known` is the ETag that the panel has."""
        named: dict[str, Any] = {"component": self.tag, "record": self.record, "etag": self.etag}
        if known == self.etag:
            return named | {"unchanged": True}
        return named | {"state": self.state, "html": self.html} | ({"code": "denied"} if self.state == "denied" else {})


def failing(scene: Scene) -> None:
    """Raises what the scene's network would."""
    if scene.net:
        raise _FAILURES[scene.net]()


def said(
    edition: Edition, scene: Scene, tag: str, record: str = "", elapsed: float = 0.0, words: Sequence[Back] = ()
) -> Said:
    """What a panel is answered for one of its components, so long after it opened, and after what its viewer said.

    Raises NotFound, BadRequest.
    """
    if tag != scene.tag:  # what it opens: in the same state, where there is one
        story = scene.story if scene.story in edition.catalog[tag].stories else "ready"
        scene = Scene(tag, story, {}, scene.locale)
    shown = at(edition, scene, elapsed)
    params = shown.params(edition)
    if words:
        params = naming(edition.catalog[tag].check(after(params, words)), words)
    params["record"] = record or params["record"]
    locale = shown.locale_in(edition)
    uid = f"i{hashlib.sha256(tag.encode()).hexdigest()[:8]}"
    html = edition.renderer_for(locale).fragment(tag, params, uid=uid, locale=locale)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:12]}{carried(words)}"'
    return Said(tag, params["record"], params["state"], etag, html)


def at(edition: Edition, scene: Scene, elapsed: float) -> Scene:
    """Where the story's flow stands after so many seconds."""
    if not scene.flow:
        return scene
    component = scene.component(edition)
    seen: set[str] = set()
    while scene.story in component.stories and scene.story not in seen:
        seen.add(scene.story)
        step = component.stories[scene.story].flow
        if step is None or elapsed < step.after / 1000:
            break
        elapsed -= step.after / 1000
        scene = replace(scene, story=step.go, args={})
    return scene
