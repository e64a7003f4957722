"""What the preview's pages load: its own scripts, and the served ones with their addresses moved to the preview's."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.errors import NotFound
from app.web.scripts import loader, served

WIRE = "/preview/wire"
_ADDRESSES = ("/components/", "/components:batch", "/session/renew", "/session", "/reviews", "/exports")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    body: bytes
    media_type: str
    etag: str


class Shelf:
    """All files by path, read once an edition."""

    def __init__(self, static: Path, tags: Iterable[str]) -> None:
        self._tags = tuple(tags)
        self._loader = (static / "embed" / "inlay.js").read_text("utf-8")
        self._files: dict[str, File] = {}
        for path in sorted((static / "embed").glob("*.js")):
            if path.name != "inlay.js":
                self._put(f"embed/{path.name}", moved(served(path.read_text("utf-8"))).encode())
        for folder, prefix in (("vendor", "vendor"), ("preview/vendor", "vendor"), ("preview", "")):
            for path in sorted((static / folder).glob("*.*")):
                self._put(f"{prefix}/{path.name}".lstrip("/"), path.read_bytes())

    def __getitem__(self, path: str) -> File:
        try:
            return self._files[path]
        except KeyError:
            raise NotFound(reason="asset-unknown") from None

    def loader(self, origin: str) -> File:
        """The loader for pages of this origin; its sessions are the preview's."""
        return _file("inlay.js", loader(self._loader, origin + WIRE, self._tags).encode())

    def _put(self, name: str, body: bytes) -> None:
        self._files[name] = _file(name, body)


def moved(code: str) -> str:
    """A served script that asks the preview's twins of our addresses, and is the same in all else."""
    for address in _ADDRESSES:
        for quote in ('"', "'", "`"):
            code = code.replace(f"{quote}{address}", f"{quote}{WIRE}{address}")
    return code


def _file(name: str, body: bytes) -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(body, kind, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
