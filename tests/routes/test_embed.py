"""The loader and the scripts: public, for every page, kept by browsers, compressed where understood."""

from __future__ import annotations

import gzip

import pytest

from tests.world import World

PATHS = ["/embed/inlay.js", "/embed/frame-plain.js", "/static/vendor/htmx.min.js"]


@pytest.mark.parametrize("path", PATHS)
def test_any_page_may_load_it_and_keep_it(shared: World, path: str) -> None:
    answer = shared.client.get(path, headers={"Origin": "https://any.example"})
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    headers = answer.headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ("immutable" in headers["Cache-Control"]) == (path not in {"/embed/inlay.js", "/embed/review.js"})
    again = shared.client.get(path, headers={"If-None-Match": headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_loader_knows_where_it_came_from(shared: World) -> None:
    text = shared.client.get("/embed/inlay.js").text
    assert "https://inlay.example.com" in text
    assert "__INLAY" not in text


@pytest.mark.parametrize(
    "path", ["/embed/no.js", "/embed/..%2f..%2finlay.toml", "/static/vendor/VERSIONS", "/static/tokens.css"]
)
def test_nothing_else_is_served(shared: World, path: str) -> None:
    answer = shared.client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_compressed_where_the_deployment_says_so(shared: World) -> None:
    plain = shared.client.get(PATHS[0], headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers  # this one does not
    asset = shared.parts.assets["embed/inlay.js"]
    assert gzip.decompress(asset.gzipped) == asset.body == plain.data
