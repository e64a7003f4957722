"""The manifest and the sources: everything that there is, and what is wrong in words."""

from __future__ import annotations

import json

from app.preview.book import Edition
from app.preview.described import manifest, source
from app.preview.scene import Scene


def test_the_manifest_names_every_story_with_its_addresses(edition: Edition) -> None:
    found = json.loads(json.dumps(manifest(edition, live=False)))
    assert [each["tag"] for each in found["components"]] == list(edition.catalog)
    for component in found["components"]:
        assert len(component["stories"]) == len(edition.catalog[component["tag"]].stories)
        assert all(arg["doc"] for arg in component["args"])
        assert component["remarks"] == []


def test_sources_come_with_sizes_and_the_policy_of_production(edition: Edition) -> None:
    found = source(edition, Scene("score-badge", "ready", {"record": "Lead/7"}), "https://here.example")
    assert set(found["files"]) == {
        *("score-badge.html", "score-badge.css", "stories.toml"),
        *("_badge.css", "_bands.css", "_marks.html", "_spoken.css"),
    }
    assert found["sizes"]["together"]["gzip"] < 2000
    assert found["micros"] > 0
    assert "require-trusted-types-for 'script'" in found["policy"]
    assert any("Lead/7" in embed["code"] and "inlay-score-badge" in embed["code"] for embed in found["embeds"])


def test_wrong_args_leave_the_sources_readable(edition: Edition) -> None:
    found = source(edition, Scene("score-badge", "ready", {"score": "999"}), "https://here.example")
    assert found["error"] == "score must be at most 100."
    assert found["files"]
