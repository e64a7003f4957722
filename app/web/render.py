"""The one place where HTML is made: component fragments and whole pages, escaped always.

The environment is our own, not Flask's: escaping never depends on a file's suffix, an undeclared name is an
error, and compiled templates are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, FileSystemLoader
from markupsafe import Markup

from app.errors import BadRequest
from app.web.catalog import Catalog
from app.web.compiled import environment
from app.web.format import Format
from app.web.texts import Texts

# Pages leave in two parts, what is known at once and what has to be asked for: a browser makes a process for a frame
# of another site, which takes it longer than our answer, so it is given the page's head while we still ask.
FLUSH = Markup("\x00flush")  # a template writes it where its first part ends; no text of ours or others holds it


@dataclass(frozen=True, slots=True)
class _Speech:
    """What a template speaks with, bound to one viewer's locale and time zone."""

    t: Callable[..., str]
    tn: Callable[..., str]
    fmt: Format


class Renderer:
    """Renders components and pages. Immutable after start, so it is shared by all threads."""

    def __init__(
        self,
        components: Path,
        templates: Path,
        *,
        catalog: Catalog,
        texts: Texts,
        watch: bool = False,
        kept: BytecodeCache | None = None,
    ) -> None:
        """`watch` re-reads changed templates, for designers; `kept` is where compiled ones are."""
        self.catalog = catalog
        self.texts = texts
        # no file of a component takes the place of a page
        self._environment = environment(FileSystemLoader([templates, components]), watch=watch, kept=kept)
        self._names = {tag: component.args.keys() for tag, component in catalog.items()}
        self._speech = lru_cache(maxsize=512)(self._make_speech)  # a viewer names both: so bounded
        for component in catalog.values():
            for name in (component.template, *component.parts):
                if name.endswith(".html"):
                    self._environment.get_template(name)  # a broken one shows at start

    def fragment(
        self, tag: str, params: Mapping[str, Any], *, uid: str, locale: str = "en", timezone: str = "UTC"
    ) -> str:
        """One component's HTML. `params` are exactly its declared args; `uid` makes ids unique on a page.

        Raises BadRequest for args that are not those.
        """
        component = self.catalog[tag]
        if params.keys() != self._names[tag]:
            wrong = ", ".join(sorted(params.keys() ^ self._names[tag]))
            raise BadRequest(f"{tag} takes exactly its declared args; look at: {wrong}.", reason="args-invalid")
        return self._render(component.template, params, uid=uid, speech=self._speech(locale, timezone))

    def page(self, template: str, *, locale: str = "en", timezone: str = "UTC", **params: Any) -> str:
        """A whole page of `templates/`, with `t`, `tn` and `fmt` as a component has them."""
        return self._render(template, params, uid="", speech=self._speech(locale, timezone))

    def page_in_parts(
        self, template: str, *, locale: str = "en", timezone: str = "UTC", **params: Any
    ) -> Iterator[str]:
        """A page that leaves before all of it is known; it writes `flush` where its first part ends."""
        found, speech = self._environment.get_template(template), self._speech(locale, timezone)
        return in_parts(found.generate(**params, flush=FLUSH, uid="", t=speech.t, tn=speech.tn, fmt=speech.fmt))

    def _render(self, template: str, params: Mapping[str, Any], *, uid: str, speech: _Speech) -> str:
        found = self._environment.get_template(template)
        return found.render(**params, uid=uid, t=speech.t, tn=speech.tn, fmt=speech.fmt)

    def _make_speech(self, locale: str, timezone: str) -> _Speech:
        language = self.texts.language(locale)
        return _Speech(
            partial(_swapped, self.texts.t, language),
            partial(_plural, self.texts.tn, language),
            Format.of(locale, timezone, language),
        )


def _swapped(t: Callable[..., str], language: str, message: str, /, **values: Any) -> str:
    return t(message, language, **values)


def _plural(tn: Callable[..., str], language: str, one: str, many: str, n: int, /, **values: Any) -> str:
    return tn(one, many, n, language, **values)


def in_parts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a rendering, joined but for where the template says `FLUSH`."""
    held: list[str] = []
    for piece in pieces:
        if piece == FLUSH:
            yield "".join(held)
            held = []
        else:
            held.append(piece)
    yield "".join(held)
