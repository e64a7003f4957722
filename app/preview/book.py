"""The book: all components, stories and looks as they are on disk now. What is broken is said, the last good stays."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError

from app.errors import ConfigError
from app.preview.lint import Remark, remarks
from app.preview.looks import HostLooks, read_looks
from app.preview.pseudo import LOCALE, PseudoTexts
from app.preview.shelf import Shelf
from app.web.catalog import Catalog
from app.web.compiled import Remembered
from app.web.render import Renderer
from app.web.texts import Texts

HOUSE = Path(__file__).resolve().parents[2]
_WATCHED = (
    ("components", "**/*"), ("static", "*.css"), ("static/embed", "*.js"), ("static/preview", "*"),
    ("templates", "**/*.html"), ("app/hosts", "*/preview.toml"), ("app/web/locale", "*.po"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """The book as it was read once. `version` changes with any byte of it; `problems` are what could not be read."""

    catalog: Catalog
    renderer: Renderer
    pseudo: Renderer
    looks: Mapping[str, HostLooks]
    shelf: Shelf
    components: Path
    remarks: Mapping[str, tuple[Remark, ...]]
    version: str
    problems: tuple[str, ...] = ()

    def renderer_for(self, locale: str) -> Renderer:
        """The renderer of a language; the pseudo-language has one of its own."""
        return self.pseudo if locale == LOCALE else self.renderer


class Book:
    """Hands out the edition of now. `watch`: files are looked at again, for designers; else they are read once."""

    def __init__(
        self, house: Path = HOUSE, *, components: Path | None = None, watch: bool = False, pause_s: float = 0.05
    ) -> None:
        """`pause_s`: how long one look at the files holds for all who ask, so that a page's many requests share it."""
        self.house, self.watch, self._pause_s = house, watch, pause_s
        self.components = components or house / "components"
        self._lock, self._looking, self._compiled = threading.Lock(), threading.Lock(), Remembered()
        self._looked: tuple[float, str] = (-pause_s, "")
        self._stamp = self.stamp()
        self._edition = self._read()

    def current(self) -> Edition:
        """The components as they are on the disk now, or as they were read, where nobody watches."""
        if not self.watch:
            return self._edition
        with self._lock:
            if (stamp := self.stamp()) != self._stamp:
                self._stamp = stamp
                self._edition = self._read(self._edition)
            return self._edition

    def stamp(self) -> str:
        """A digest of which files there are, and when they were written."""
        with self._looking:
            at, found = self._looked
            if time.monotonic() - at >= self._pause_s:
                found = self._look()
                self._looked = time.monotonic(), found
            return found

    def _look(self) -> str:
        digest = hashlib.sha256()
        for path in self._files():
            with suppress(OSError):  # gone since it was listed: the next look sees that
                at = path.stat()
                digest.update(f"{path} {at.st_mtime_ns} {at.st_size}\n".encode())
        return digest.hexdigest()[:16]

    def _files(self) -> Iterator[Path]:
        for folder, pattern in _WATCHED:
            root = self.components if folder == "components" else self.house / folder
            with suppress(OSError):
                yield from (path for path in sorted(root.glob(pattern)) if path.is_file())

    def _read(self, last: Edition | None = None) -> Edition:
        """What can be read now; of a component that cannot, the last good; with a wrong template, all of the last."""
        tokens = self.house / "static" / "tokens.css"
        try:
            catalog, problems = Catalog.read(self.components, tokens)
            said = tuple(str(problem) for problem in problems)
            return self._of(self._kept(catalog, last), said, drop=last is None)
        except ConfigError as error:
            said = tuple(str(problem) for problem in error.problems)
        except TemplateSyntaxError as error:
            said = (_placed(error),)
        except (TemplateError, OSError) as error:
            said = (str(error),)
        if last is None:
            return self._of(Catalog({}, tokens.read_text("utf-8")), said)
        return replace(last, version=self._stamp, problems=said)

    def _kept(self, catalog: Catalog, last: Edition | None) -> Catalog:
        """With the last good of each component whose folder is still there."""
        old = last.catalog if last else {}
        lost = {tag: old[tag] for tag in old if tag not in catalog and (self.components / tag).is_dir()}
        return Catalog(dict(sorted({**catalog, **lost}.items())), catalog.tokens_css)

    def _of(self, catalog: Catalog, problems: tuple[str, ...] = (), *, drop: bool = False) -> Edition:
        """`drop`: a component whose template is wrong is left out. Raises TemplateSyntaxError, ConfigError."""
        try:
            renderer = self._renderer(catalog, Texts.load())
        except TemplateSyntaxError as error:
            others = {tag: each for tag, each in catalog.items() if error.name not in (each.template, *each.parts)}
            if not drop or len(others) == len(catalog):
                raise
            return self._of(Catalog(others, catalog.tokens_css), (*problems, _placed(error)), drop=True)
        return Edition(
            catalog=catalog,
            renderer=renderer,
            pseudo=self._renderer(catalog, PseudoTexts({}, {})),
            looks=read_looks(self.house / "app" / "hosts"),
            shelf=Shelf(self.house / "static", catalog),
            components=self.components,
            remarks={tag: tuple(remarks(self.components / tag)) for tag in catalog},
            version=self._stamp,
            problems=problems,
        )

    def _renderer(self, catalog: Catalog, texts: Texts) -> Renderer:
        pages = self.house / "templates"
        return Renderer(self.components, pages, catalog=catalog, texts=texts, kept=self._compiled)


def _placed(error: TemplateSyntaxError) -> str:
    return f"{Path(error.filename or '').name}, line {error.lineno}: {error.message}"
