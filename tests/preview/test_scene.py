"""Scenes: args of a URL are data, checked by the schema; a token carries a scene and opens nothing."""

from __future__ import annotations

import base64
import json

import pytest

from app.errors import BadRequest, NotFound, SessionInvalid
from app.preview.book import Edition
from app.preview.scene import Scene, from_token


def read(**query: str) -> Scene:
    return Scene.read("score-badge", "ready", query.items())


def test_args_of_a_url_stand_over_those_of_the_story(edition: Edition) -> None:
    params = read(**{"a.score": "12", "a.band": "low"}).params(edition)
    assert (params["score"], params["band"], params["title"]) == (12, "low", "Chance to convert")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("score", "300", "score must be at most 100."),
        ("score", "abc", "score must be a whole number."),
        ("band", "purple", "band must be one of"),
        ("nonsense", "1", "nonsense is not declared"),
    ],
)
def test_wrong_args_are_refused_in_words(edition: Edition, name: str, value: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read(**{f"a.{name}": value}).params(edition)


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "{% include 'panel.html' %}", "<script>alert(1)</script>"])
def test_nothing_of_a_url_is_ever_a_template(edition: Edition, text: str) -> None:
    html = read(**{"a.title": text}).html(edition)
    assert "49" not in html
    assert "<script" not in html


def test_unknown_stories_themes_and_components_are_refused(edition: Edition) -> None:
    with pytest.raises(BadRequest):
        Scene("score-badge", "nonsense").params(edition)
    with pytest.raises(NotFound):
        Scene("no-such", "ready").params(edition)
    with pytest.raises(BadRequest):
        read(theme="purple")


def test_a_token_comes_back_as_its_scene() -> None:
    scene = Scene("score-badge", "ready", {"score": "3"}, "ar", "", "429", True)
    assert from_token(scene.token(7.5)) == (scene, 7.5)


@pytest.mark.parametrize(
    "row", [[], "x", [1, 2, {}, "", "", 0, 0], ["a", "b", {"c": 1}, "", "", 0, 0], ["a", "b", {}, "", "x", 0, 0]]
)
def test_what_is_no_token_is_refused(row: object) -> None:
    for token in (base64.urlsafe_b64encode(json.dumps(row).encode()).decode(), "%%%", ""):
        with pytest.raises(SessionInvalid):
            from_token(token)


def test_nesting_without_end_is_a_refusal_too(edition: Edition) -> None:
    deep = "[" * 30_000
    with pytest.raises(SessionInvalid):
        from_token(base64.urlsafe_b64encode(deep.encode()).decode())
    with pytest.raises(BadRequest, match=r"up must be JSON\."):
        Scene("score-card", "ready", {"up": deep}).params(edition)
