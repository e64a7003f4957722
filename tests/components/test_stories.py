"""Every story of every component: renders in every language, is sound HTML, escapes, keeps our rules."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.house import read_house
from app.views import VIEWS
from app.web.render import Renderer
from app.web.sources import served

ROOT = Path(__file__).parents[2]
CATALOG = read_house().catalog
ACTIONS = {  # what the panel's script, or the component's own, answers
    "analysis-badge": {"retry"},
    "document-sidebar": {"retry", "review", "locate", "exported"},
    "score-badge": {"open", "retry"},
    "score-card": {"retry", "review"},
    "review-list": {"accepted", "open", "retry", "review", "undone"},
    "score-list": {"open", "retry"},
}
SCRIPTS = ("document-sidebar.js", "frame-plain.js", "change-plain.js")
VOID = {"br", "hr", "img", "input", "link", "meta"}


class Tree(HTMLParser):
    """Notes what a sound document never has: tags closed wrongly, an id twice, a handler, a style."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if len(named) != len(attrs):
            self.faults.append(f"<{tag}> names an attribute twice")
        self.faults += [f"<{tag} {name}>" for name in named if name == "style" or name.startswith("on")]
        if tag in ("script", "style", "link", "iframe"):
            self.faults.append(f"<{tag}>")
        if "id" in named:
            self.ids.append(named["id"] or "")
        self.elements.append((tag, named))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


def parsed(html: str) -> Tree:
    tree = Tree()
    tree.feed(html)
    tree.close()
    return tree


def story(renderer: Renderer, tag: str, name: str, locale: str | None = None) -> str:
    found = CATALOG[tag].stories[name]
    return renderer.fragment(tag, found.args, uid="u1", locale=locale or found.locale, timezone="Europe/Berlin")


@pytest.mark.parametrize("locale", ["en", "de_DE", "ar"])
@pytest.mark.parametrize("tag", CATALOG)
def test_every_story_is_sound_html(renderer: Renderer, tag: str, locale: str) -> None:
    for name in CATALOG[tag].stories:
        html = story(renderer, tag, name, locale)
        tree = parsed(html)
        assert not tree.faults, name
        assert not tree.open, name
        assert len(tree.ids) == len(set(tree.ids)), name
        assert all(identity.startswith("u1-") for identity in tree.ids), name  # unique on a page of many
        for _, attributes in tree.elements:
            for reference in (attributes.get("aria-labelledby") or "").split():
                assert reference in tree.ids, name
        assert not re.search(r'"[a-z-]+=', html), f"{name}: two attributes stand without a space"
        assert "\n" not in html, name


@pytest.mark.parametrize("tag", CATALOG)
def test_the_root_says_what_it_is(renderer: Renderer, tag: str) -> None:
    for name, found in CATALOG[tag].stories.items():
        root_tag, root = parsed(story(renderer, tag, name)).elements[0]
        assert root_tag == "div", name
        assert root["class"] == root["data-inlay"] == tag, name
        assert root["data-state"] == found.args["state"], name
        assert root["data-record"] == found.args["record"], name
        assert ("aria-busy" in root) == (found.args["state"] in ("pending", "loading")), name
        assert ("data-announce" in root) == (found.args["state"] != "loading"), name
        assert root["dir"] == ("rtl" if found.locale in ("ar", "he") else "ltr"), name


@pytest.mark.parametrize("tag", list(CATALOG))
def test_markup_from_outside_stays_text(renderer: Renderer, tag: str) -> None:
    """The same story with the markup's signs taken out has the very same elements and attributes."""

    def tamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: tamed(each) for name, each in value.items()}
        if isinstance(value, list):
            return [tamed(each) for each in value]
        return re.sub(r"[<>&\"'{}]", "x", value) if isinstance(value, str) else value

    wild = CATALOG[tag].stories["markup-in-text"].args
    html = renderer.fragment(tag, wild, uid="u1")
    calm = renderer.fragment(tag, tamed(dict(wild)), uid="u1")

    def shape(text: str) -> list[tuple[str, list[str]]]:
        return [(element, sorted(attributes)) for element, attributes in parsed(text).elements]

    assert shape(html) == shape(calm)
    assert "{{ 7*7 }}" in html


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("score-badge", "No access"),
        ("analysis-badge", "No access"),
        (
            "document-sidebar",
            "You cannot see this document.Ask the owner of the document or your administrator for access."
            "Reference 7f3k-92qd",
        ),
        (
            "score-card",
            "You cannot see this record.Ask the owner of the record or your administrator for access."
            "Reference 7f3k-92qd",
        ),
    ],
)
def test_a_refusal_says_nothing_of_the_record(renderer: Renderer, tag: str, said: str) -> None:
    html = story(renderer, tag, "denied")
    assert re.sub(r"<[^>]*>", "", html) == said
    assert set(parsed(html).elements[0][1]) == {
        "class", "data-inlay", "data-state", "data-record", "data-announce", "lang", "dir",
    }  # fmt: skip


@pytest.mark.parametrize("tag", CATALOG)
def test_what_can_be_pressed_is_a_button_with_a_name(renderer: Renderer, tag: str) -> None:
    for name in CATALOG[tag].stories:
        html = story(renderer, tag, name)
        for element, attributes in parsed(html).elements:
            if "data-action" in attributes:
                assert attributes["data-action"] in ACTIONS[tag], name
                if "href" in attributes:
                    assert element == "a", name  # a way of its own, where nobody answers the press
                else:
                    assert element == "button", name
                    assert attributes["type"] in ("button", "submit"), name
                opens = attributes.get("data-opens") in CATALOG[tag].opens
                assert opens == (attributes["data-action"] == "open"), name
        for button in re.findall(r"<button.*?</button>", html):
            assert re.sub(r"<[^>]*>", "", button).strip(), name


def test_a_badge_is_a_button_only_where_it_opens_something(renderer: Renderer) -> None:
    assert "<button" in story(renderer, "score-badge", "ready")
    assert "<button" not in story(renderer, "score-badge", "plain")
    assert "<button" not in story(renderer, "score-badge", "empty-plain")


def test_a_badge_reads_as_a_sentence(renderer: Renderer) -> None:
    """What is seen comes first and unbroken (WCAG 2.5.3), then what it means."""

    def text(name: str) -> str:
        return re.sub(r"<[^>]*>", "", story(renderer, "score-badge", name))

    assert text("ready") == "84 High, out of 100. Chance to convert"
    assert text("changed") == "84 High +5 up since you last looked, out of 100. Chance to convert"
    assert text("stale") == "84 High 3 hr old, out of 100. Chance to convert"


def test_each_band_has_a_shape_and_a_word_of_its_own(renderer: Renderer) -> None:
    drawn = {name: story(renderer, "score-badge", name) for name in ("ready", "medium", "low")}
    assert len({re.findall(r'<path d="([^"]*)"', html)[0] for html in drawn.values()}) == 3
    assert len({re.findall(r"<span>(\w+)</span>", html)[0] for html in drawn.values()}) == 3


def test_the_trend_is_mirrored_by_its_numbers(renderer: Renderer) -> None:
    def points(name: str) -> list[tuple[float, float]]:
        text = re.findall(r'points="([^"]*)"', story(renderer, "score-card", name))[0]
        return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]

    ltr, rtl = points("changed"), points("right-to-left")
    assert [(round(100 - x, 1), y) for x, y in ltr] == [(round(x, 1), y) for x, y in rtl]
    assert "scaleX" not in CATALOG["score-card"].css


def test_bars_grow_from_the_middle_to_the_side_of_their_sign(renderer: Renderer) -> None:
    def spans(name: str) -> dict[str, list[tuple[float, float]]]:
        found = re.findall(
            r'<li class="(rise|fall)">.*?<rect x="([\d.]+)%" y="2" width="([\d.]+)%"',
            story(renderer, "score-card", name),
        )
        sides: dict[str, list[tuple[float, float]]] = {"rise": [], "fall": []}
        for side, x, width in found:
            sides[side].append((float(x), float(x) + float(width)))
        return sides

    ltr, rtl = spans("ready"), spans("right-to-left")
    assert all(start == 50 and end <= 100 for start, end in ltr["rise"] + rtl["fall"])
    assert all(start >= 0 and abs(end - 50) < 0.11 for start, end in ltr["fall"] + rtl["rise"])


def test_no_sheet_names_a_side() -> None:
    """Logical properties only: one sheet for both directions."""
    sided = r"(?:margin|padding|border|inset)-(?:left|right)|(?:[{;]|text-align:)(?:left|right)\b|float:"
    for tag in CATALOG:
        assert not re.search(sided, CATALOG.styles(tag))


def test_bytes_stay_small(renderer: Renderer) -> None:
    def weight(tag: str) -> int:
        return len(gzip.compress((CATALOG.styles(tag) + story(renderer, tag, "ready")).encode(), 9, mtime=0))

    assert weight("score-badge") <= 1200
    assert weight("score-card") <= 4096  # with its ways to answer back; the forms are in it
    assert weight("analysis-badge") <= 1240  # it draws its reviewed share too


def test_a_sidebar_stays_small(renderer: Renderer) -> None:
    """What a first sight fetches, 19 findings with their words included; and all scripts, htmx included (DESIGN 8).

    What answers back comes by itself, with the first press on a verdict.
    """

    def weight(part: bytes) -> int:
        return len(gzip.compress(part, 9, mtime=0))

    page = weight((CATALOG.styles("document-sidebar") + story(renderer, "document-sidebar", "ready")).encode())
    own = {name: weight(served((ROOT / "static/embed" / name).read_text("utf-8")).encode()) for name in SCRIPTS}
    vendored = [weight(path.read_bytes()) for path in (ROOT / "static/vendor").glob("*.js")]
    assert page + own["document-sidebar.js"] + own["frame-plain.js"] <= 13 * 1024
    assert sum(own.values()) + sum(vendored) <= 20 * 1024
    assert weight(served((ROOT / "static/embed/review.js").read_text("utf-8")).encode()) <= 1664


def test_each_severity_has_a_shape_and_a_word_of_its_own(renderer: Renderer) -> None:
    html = story(renderer, "document-sidebar", "ready")
    filters = re.findall(r'<button type="button" data-only="\w+".*?</button>', html)
    assert len({re.findall(r"<(?:path|circle)[^>]*>", each)[0] for each in filters}) == 4
    assert [re.sub(r"<[^>]*>", "", each) for each in filters] == ["3 High", "8 Medium", "5 Low", "3 Note"]


def test_what_is_shared_is_taken_in_by_several() -> None:
    """A part of one component only belongs into its folder."""
    taken = Counter(name for component in CATALOG.values() for name in component.parts)
    assert set(taken) == {path.name for path in (ROOT / "components").iterdir() if path.is_file()}
    assert {name for name, times in taken.items() if times < 2} == set()


def test_one_word_everywhere() -> None:
    """Folder, element, view: the same names."""
    assert set(CATALOG) == set(VIEWS) == {folder.name for folder in (ROOT / "components").iterdir() if folder.is_dir()}
    modules = {path.stem for path in (ROOT / "app" / "views").glob("*.py") if not path.stem.startswith("_")}
    assert {tag.replace("-", "_") for tag in CATALOG} == modules
