"""The front page: for whoever opens our address by hand; it says nothing about anybody, and nobody may frame it."""

from __future__ import annotations

from tests.world import World


def test_it_says_what_answers_here_in_the_reader_s_language(shared: World) -> None:
    english = shared.client.get("/")
    german = shared.client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert (english.status_code, german.status_code) == (200, 200)
    assert "there is nothing to see at this address alone" in english.text
    assert "Inlay liefert Panels" in german.text
    assert "acme" not in english.text


def test_it_leads_people_to_the_pages_that_are_for_them(shared: World) -> None:
    text = shared.client.get("/").text
    assert 'href="/admin"' in text
    assert ('href="/preview"' in text) == shared.parts.settings.server.preview


def test_nobody_may_frame_it(shared: World) -> None:
    policy = shared.client.get("/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
