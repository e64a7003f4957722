"""What browsers fetch and keep: the loader, the frame script, vendored files, each with its hash in its address."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
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
    """All assets by path, read once in a process."""

    def __init__(self, folder: Path, public_url: str, tags: Iterable[str], tokens_css: str = "") -> None:
        self._public_url = public_url
        self._assets = _read(folder, public_url, tuple(tags), tokens_css)
        self.page_css = _sheet(folder, "page")  # inlined into pages that are not panels
        self.signin_css = _sheet(folder, "signin")  # and into those where one signs in
        self.docs_css = _sheet(folder, "docs")  # and into that of the API
        self.paper_css = _sheet(folder, "paper")  # into those that are printed
        self.around_css = _sheet(folder, "around")  # into pages around a panel

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


# A revision of the configuration builds the application anew from the same files; what was read of them before is
# what goes with the components, which are read once in a process too.
@lru_cache(16)
def _read(folder: Path, public_url: str, tags: tuple[str, ...], tokens_css: str) -> Mapping[str, Asset]:
    assets = {}
    for path in sorted((folder / "embed").glob("*.js")):
        name, written = f"embed/{path.name}", path.read_text("utf-8")
        code = loader(written, public_url, tags) if name == LOADER else served(written)
        assets[name] = _asset(code.encode(), name)
    for path in sorted((folder / "admin").iterdir()):
        name, written = f"static/admin/{path.name}", path.read_text("utf-8")
        body = written if path.suffix == ".js" else tokens_css + small_css(written)
        assets[name] = _asset(body.encode(), name)
    for path in sorted((folder / "vendor").glob("*.js")):
        name = f"static/vendor/{path.name}"
        assets[name] = _asset(path.read_bytes(), name)
    for path in sorted((folder / "icons").glob("*.png")):
        assets[f"icons/{path.name}"] = _asset(path.read_bytes(), path.name, _LOADER_KEPT)
    return assets


@cache
def _sheet(folder: Path, name: str) -> str:
    return small_css((folder / f"{name}.css").read_text("utf-8"))


@lru_cache(256)  # other public URLs have the same files, but for the loader
def _asset(body: bytes, name: str, kept: str = _FOREVER) -> Asset:
    return Asset(
        body=body,
        gzipped=gzip.compress(body, 9, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:12]}"',
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        cache_control=_LOADER_KEPT if name in _FETCHED else kept,
    )
