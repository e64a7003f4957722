"""Whatever strangers' browsers say of languages, what is kept of it are the languages that we have."""

from __future__ import annotations

import pytest
from flask import Flask

from app.web.languages import asked_for
from app.web.texts import Texts
from tests.world import World

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OPEN = ("/", "/docs", "/nothing", "/admin", "/admin/enter", "/pages/acme/none", "/oauth/oidc/callback?state=x")


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("fr, de;q=0.5, en;q=0.3", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("de" * 300, "en"),
        ("zh;q=x, \xe9, -, de-", "de"),
    ],
)
def test_it_is_the_one_of_ours_that_the_browser_likes_best(said: str, language: str) -> None:
    with Flask("tests").test_request_context(headers={"Accept-Language": said}):
        assert asked_for(Texts.load()) == language


def test_a_stranger_fills_no_memory_with_languages(world: World) -> None:
    """How a locale speaks is remembered for 512 of them: names that nobody speaks would push out those of viewers."""
    kept = world.parts.renderer._speech
    for path in OPEN:
        world.client.get(path, headers={**BROWSER, "Accept-Language": "de"})
        world.client.get(path, headers={**BROWSER, "Accept-Language": "en"})
    world.client.post("/launch/acme", data={}, headers={**BROWSER, "Accept-Language": "en"})
    before = kept.cache_info().currsize
    for number, path in enumerate(OPEN * 2):
        page = world.client.get(path, headers={**BROWSER, "Accept-Language": f"x{number}y, zz-{number}"})
        assert page.mimetype == "text/html" or page.status_code == 303, path
    world.client.post("/launch/acme", data={}, headers={**BROWSER, "Accept-Language": "x1, y2"})
    assert kept.cache_info().currsize == before
