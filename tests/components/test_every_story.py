"""Every story in a browser, as the manifest lists them: {light, dark, forced colours} x {left to right, right to left}.

No console error, no breach of the panel's policy, no overflow at 320 px, nothing that axe knows, and the ARIA tree of
the golden file. A sample in `make test`, all of it in `make proof`; `make golden` accepts what is seen now. What all
stories say is in the golden markup too, which `make test` compares whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from app.preview.described import manifest
from tests.components.reach import ENLARGED, by_keyboard, enlarged, in_forced_colours
from tests.components.site import MODES, Mode, Reader, own_book, site

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).with_name("golden")
ACCEPT = os.environ.get("GOLDEN") == "accept"
SAMPLE, TREES = ("ready", "long-text", "right-to-left"), ("ready", "error")
COMPONENTS = json.loads(json.dumps(manifest(own_book().current(), live=False)))["components"]
TAGS = [component["tag"] for component in COMPONENTS]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with site() as found:
        yield found


def stories(tag: str) -> list[dict[str, Any]]:
    return list(next(each for each in COMPONENTS if each["tag"] == tag)["stories"])


def golden(tag: str) -> dict[str, str]:
    """The ARIA trees of a component's stories, as accepted."""
    path = GOLDEN / f"{tag}.aria.yml"
    parts = path.read_text("utf-8").split("# --- ") if path.exists() else []
    return {name: text.rstrip("\n") for name, _, text in (part.partition("\n") for part in parts[1:])}


def keep(tag: str, trees: dict[str, str]) -> None:
    text = "".join(f"# --- {name}\n{tree}\n" for name, tree in trees.items())
    (GOLDEN / f"{tag}.aria.yml").write_text(text, "utf-8")


def test_the_manifest_is_what_the_server_answers(url: str) -> None:
    with urlopen(f"{url}/preview/manifest.json") as answer:
        assert json.load(answer)["components"] == COMPONENTS


@pytest.mark.parametrize("tag", TAGS)
def test_a_sample_of_stories_is_clean(chromium: Browser, url: str, tag: str) -> None:
    """Each story of the sample in another mode, so that all modes are seen."""
    chosen = [story for story in stories(tag) if story["name"] in SAMPLE]
    wrong = {}
    for number, story in enumerate(chosen):
        mode = MODES[(TAGS.index(tag) + number) % len(MODES)]
        reader = Reader(chromium, mode)
        if found := reader.faults(url, story):
            wrong[f"{story['name']} {mode}"] = found
        reader.close()
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("tag", TAGS)
def test_every_story_is_clean(chromium: Browser, url: str, tag: str, mode: Mode) -> None:
    reader = Reader(chromium, mode)
    wrong = {story["name"]: found for story in stories(tag) if (found := reader.faults(url, story))}
    reader.close()
    assert not wrong


def frames(chromium: Browser, url: str, tag: str, **options: Any) -> Iterator[tuple[str, Page]]:
    """Each story of a component as its panel's page, in a window of these options."""
    context = chromium.new_context(reduced_motion="reduce", **options)
    page = context.new_page()
    for story in stories(tag):
        page.goto(f"{url}{story['frame']}", wait_until="load")
        yield story["name"], page
    context.close()


@pytest.mark.proof
@pytest.mark.parametrize("tag", TAGS)
def test_every_story_is_used_by_keyboard_alone(chromium: Browser, url: str, tag: str) -> None:
    shown = frames(chromium, url, tag, viewport={"width": 360, "height": 640})
    assert not {name: found for name, page in shown if (found := by_keyboard(page))}


@pytest.mark.proof
@pytest.mark.parametrize("tag", TAGS)
def test_every_story_at_400_percent_is_whole(chromium: Browser, url: str, tag: str) -> None:
    shown = frames(chromium, url, tag, viewport=ENLARGED)
    assert not {name: found for name, page in shown if (found := enlarged(page))}


@pytest.mark.proof
@pytest.mark.parametrize("tag", TAGS)
def test_every_story_is_there_in_forced_colours(chromium: Browser, url: str, tag: str) -> None:
    shown = frames(chromium, url, tag, forced_colors="active")
    assert not {name: found for name, page in shown if (found := in_forced_colours(page))}


def trees(chromium: Browser, url: str, chosen: list[dict[str, Any]]) -> dict[str, str]:
    """The ARIA trees of these stories, as they are now."""
    reader, found = Reader(chromium, MODES[0]), {}
    for story in chosen:
        reader.page.goto(f"{url}{story['frame']}?theme=light", wait_until="load")
        found[story["name"]] = reader.aria().rstrip("\n")
    reader.close()
    return found


@pytest.mark.parametrize("tag", TAGS)
def test_a_sample_has_the_accepted_aria_trees(chromium: Browser, url: str, tag: str) -> None:
    chosen = [story for story in stories(tag) if story["name"] in TREES]
    assert trees(chromium, url, chosen) == {story["name"]: golden(tag).get(story["name"]) for story in chosen}
    assert list(golden(tag)) == [story["name"] for story in stories(tag)]


@pytest.mark.proof
@pytest.mark.parametrize("tag", TAGS)
def test_the_aria_tree_is_the_accepted_one(chromium: Browser, url: str, tag: str) -> None:
    found = trees(chromium, url, stories(tag))
    if ACCEPT:
        keep(tag, found)
    assert found == golden(tag)
