"""A scene: one story as a URL asks for it, with args of its own, a locale, a theme and the weather of the network."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import BadRequest, SessionInvalid
from app.preview.book import Edition
from app.web.catalog import Component

ARG = "a."  # what names of args begin with in a URL: no name of the preview's own can meet one of a component's
THEMES = ("", "light", "dark")
WEATHERS = ("", "401", "403", "429", "500", "503")
MAX_TEXT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Scene:
    """All that decides what is shown. `args` are as typed, texts; `params` checks them."""

    tag: str
    story: str
    args: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""
    theme: str = ""
    net: str = ""
    flow: bool = False  # whether it goes on by itself; else the story stays as it is

    @classmethod
    def read(cls, tag: str, story: str, query: Iterable[tuple[str, str]]) -> Scene:
        """From a URL. Raises BadRequest for a theme or a network that there is none of."""
        pairs = dict(query)
        args = {name.removeprefix(ARG): value for name, value in pairs.items() if name.startswith(ARG)}
        theme, net = pairs.get("theme", ""), pairs.get("net", "")
        if theme not in THEMES or net not in WEATHERS:
            raise BadRequest("There is no such theme or network.", reason="scene-unknown")
        return cls(tag, story, args, pairs.get("locale", "")[:40], theme, net, pairs.get("flow") == "1")

    def component(self, edition: Edition) -> Component:
        """Raises NotFound."""
        return edition.catalog[self.tag]

    def locale_in(self, edition: Edition) -> str:
        """The language that the URL asks for, else the story's."""
        return self.locale or self._story(edition).locale

    def params(self, edition: Edition) -> dict[str, Any]:
        """The story's args with those of the URL over them, each checked. Raises NotFound, BadRequest."""
        return self.component(edition).check({**self._story(edition).args, **self.args})

    def html(self, edition: Edition, uid: str = "u1") -> str:
        """The component's markup. Raises NotFound, BadRequest."""
        locale = self.locale_in(edition)
        return edition.renderer_for(locale).fragment(self.tag, self.params(edition), uid=uid, locale=locale)

    def _story(self, edition: Edition) -> Any:
        stories = self.component(edition).stories
        if self.story not in stories:
            raise BadRequest(f"{self.tag} has no story {self.story!r}.", reason="story-unknown")
        return stories[self.story]

    def token(self, began: float) -> str:
        """What a panel of the preview is sent as its session's token: the scene itself. It opens nothing."""
        row = [self.tag, self.story, dict(self.args), self.locale, self.net, self.flow, round(began, 3)]
        return base64.urlsafe_b64encode(json.dumps(row).encode()).decode()


def from_token(token: str) -> tuple[Scene, float]:
    """The scene of a token, and when it began. Raises SessionInvalid for what is none."""
    try:
        if len(token) > MAX_TEXT:
            raise ValueError
        tag, story, args, locale, net, flow, began = json.loads(base64.urlsafe_b64decode(token.encode()))
        texts = [tag, story, locale, net, *args, *args.values()]
        if not all(isinstance(each, str) for each in texts) or net not in WEATHERS:
            raise ValueError
        return Scene(tag, story, args, locale, "", net, flow is True), float(began)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise SessionInvalid(reason="preview-token") from None
