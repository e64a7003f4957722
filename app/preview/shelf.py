"""What the preview's pages load: the served scripts with their addresses moved to the preview's, and its own.

Its own scripts and sheets stand in the pages themselves: one answer a page, so that a busy machine shows it soon too.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from app.errors import NotFound
from app.web.sources import loader, served, small_css

WIRE = "/preview/wire"
_ADDRESSES = ("/components/", "/components:batch", "/session/renew", "/session", "/reviews", "/exports")
# The modules of the page's script, each behind those that it needs when it is read.
MODULES = (
    "dom", "state", "checks", "tree", "tools", "canvas", "top", "states", "matrix", "contrast", "source", "controls",
    "access", "logs", "compare", "inspect", "main",
)  # fmt: skip
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./\w+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    body: bytes
    media_type: str
    etag: str


class Shelf:
    """All files by path, and by name what stands in pages; read once an edition."""

    def __init__(self, static: Path, tags: Iterable[str]) -> None:
        self._tags = tuple(tags)
        self._loader = (static / "embed" / "inlay.js").read_text("utf-8")
        self._files: dict[str, File] = {}
        for path in sorted((static / "embed").glob("*.js")):
            if path.name != "inlay.js":
                self._put(f"embed/{path.name}", moved(served(path.read_text("utf-8"))).encode())
        for folder in ("vendor", "preview/vendor"):
            for path in sorted((static / folder).glob("*.*")):
                self._put(f"vendor/{path.name}", path.read_bytes())
        own = static / "preview"
        self._own = {path.name: small_css(path.read_text("utf-8")) for path in own.glob("*.css")}
        self._own |= {f"{name}.js": (own / f"{name}.js").read_text("utf-8") for name in ("probe", "host", "closed")}
        self._own["app.js"] = joined((own / f"{name}.js").read_text("utf-8") for name in MODULES)

    def __getitem__(self, path: str) -> File:
        try:
            return self._files[path]
        except KeyError:
            raise NotFound(reason="asset-unknown") from None

    def own(self, *names: str) -> Markup:
        """Scripts or sheets of the preview's own, to stand in a page."""
        return Markup("".join(self._own[name] for name in names))  # noqa: S704 our own files

    def loader(self, origin: str) -> File:
        """The loader for pages of this origin; its sessions are the preview's."""
        code = loader(self._loader, origin + WIRE, self._tags)
        return _file("inlay.js", code.replace(f"{WIRE}/embed/", "/preview/assets/embed/").encode())

    def _put(self, name: str, body: bytes) -> None:
        self._files[name] = _file(name, body)


def joined(modules: Iterable[str]) -> str:
    """Modules as one script: they share its scope, so no two of them name a thing of their own alike."""
    return "".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules)


def moved(code: str) -> str:
    """A served script that asks the preview's twins of our addresses, and is the same in all else."""
    for address in _ADDRESSES:
        for quote in ('"', "'", "`"):
            code = code.replace(f"{quote}{address}", f"{quote}{WIRE}{address}")
    return code.replace('"/"+', f'"{WIRE}/"+')  # what a button names: reviews, thumbs


def _file(name: str, body: bytes) -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(body, kind, f'"{hashlib.sha256(body).hexdigest()[:12]}"')
