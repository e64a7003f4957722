"""Files for browsers: named by their content, compressed once, nothing besides them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from app.errors import NotFound
from app.web.assets import Assets


@pytest.fixture(scope="module")
def assets(root: Path) -> Assets:
    return Assets(root / "static", "https://inlay.example", ["score-badge", "score-card"])


def test_each_is_what_its_name_says(assets: Assets) -> None:
    assert {"embed/inlay.js", "embed/frame-plain.js", "static/vendor/htmx.min.js"} <= set(assets)
    assert len(assets) == len(list(assets))
    for name, asset in assets.items():
        kinds = {"png": "image/png", "css": "text/css", "js": "text/javascript"}
        assert asset.media_type == kinds[name.rpartition(".")[2]], name
        assert gzip.decompress(asset.gzipped) == asset.body
        assert len({each.etag for each in assets.values()}) == len(assets)


def test_the_loader_ages_and_the_others_never_change(assets: Assets) -> None:
    for name, asset in assets.items():
        ages = name in {"embed/inlay.js", "embed/review.js", "embed/review-row.js"} or name.startswith(
            "icons/"
        )  # installed packages name them for years
        assert ("immutable" in asset.cache_control) == (not ages)


def test_an_address_changes_with_the_content(assets: Assets, root: Path) -> None:
    url = assets.url("embed/frame-plain.js")
    assert url.startswith("https://inlay.example/embed/frame-plain.js?v=")
    assert url.rpartition("=")[2] == assets["embed/frame-plain.js"].etag.strip('"')


def test_the_loader_is_of_its_deployment(assets: Assets, root: Path) -> None:
    other = Assets(root / "static", "https://other.example", ["score-badge"])
    assert other["embed/inlay.js"].etag != assets["embed/inlay.js"].etag
    assert b"https://other.example" in other["embed/inlay.js"].body


@pytest.mark.parametrize(
    "path", ["", "embed/../tokens.css", "/etc/passwd", "static/vendor/VERSIONS", "embed/source/frame.js"]
)
def test_there_is_nothing_else(assets: Assets, path: str) -> None:
    with pytest.raises(NotFound):
        assets[path]
