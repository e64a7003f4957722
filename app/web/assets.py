"""What browsers fetch and keep: the loader, the frame script, vendored files, each with its hash in its address."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.errors import NotFound
from app.web.sources import loader, served, small_css

LOADER = "embed/inlay.js"
_FETCHED = frozenset({LOADER, "embed/review.js", "embed/review-row.js"})  # by addresses that carry no hash
_FOREVER = "public, max-age=31536000, immutable"
# These addresses never change, so their copies must age: five minutes fresh, a day while they are looked up anew.
_LOADER_KEPT = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served: its bytes, the same compressed, and how long browsers may keep it."""

    body: bytes
    gzipped: bytes
    etag: str
    media_type: str
    cache_control: str


class Assets(Mapping[str, Asset]):
    """All assets by path, read once at start."""

    def __init__(self, folder: Path, public_url: str, tags: Iterable[str], tokens_css: str = "") -> None:
        self._public_url = public_url
        self.page_css = small_css((folder / "page.css").read_text("utf-8"))  # inlined into pages that are not panels
        self.signin_css = small_css((folder / "signin.css").read_text("utf-8"))  # and into those where one signs in
        self.docs_css = small_css((folder / "docs.css").read_text("utf-8"))  # and into that of the API
        self.paper_css = small_css((folder / "paper.css").read_text("utf-8"))  # into those that are printed
        self._assets = {}
        for path in sorted((folder / "embed").glob("*.js")):
            name, written = f"embed/{path.name}", path.read_text("utf-8")
            code = loader(written, public_url, tags) if name == LOADER else served(written)
            self._assets[name] = _asset(code.encode(), name)
        for path in sorted((folder / "admin").iterdir()):
            name, written = f"static/admin/{path.name}", path.read_text("utf-8")
            body = written if path.suffix == ".js" else tokens_css + small_css(written)
            self._assets[name] = _asset(body.encode(), name)
        for path in sorted((folder / "vendor").glob("*.js")):
            name = f"static/vendor/{path.name}"
            self._assets[name] = _asset(path.read_bytes(), name)
        for path in sorted((folder / "icons").glob("*.png")):
            self._assets[f"icons/{path.name}"] = _asset(path.read_bytes(), path.name, _LOADER_KEPT)
        self.around_css = small_css((folder / "around.css").read_text("utf-8"))  # into pages around a panel

    def url(self, path: str) -> str:
        """The absolute address of an asset, with its hash: a frame with an opaque origin has no relative ones."""
        return f"{self._public_url}/{path}?v={self[path].etag.strip(chr(34))}"

    def __getitem__(self, path: str) -> Asset:
        try:
            return self._assets[path]
        except KeyError:
            raise NotFound(reason="asset-unknown") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._assets)

    def __len__(self) -> int:
        return len(self._assets)


@lru_cache(256)  # a revision of the configuration builds the application anew from the same files
def _asset(body: bytes, name: str, kept: str = _FOREVER) -> Asset:
    return Asset(
        body=body,
        gzipped=gzip.compress(body, 9, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:12]}"',
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        cache_control=_LOADER_KEPT if name in _FETCHED else kept,
    )
