"""The contrast sheet: WCAG's own numbers, for every pair and every host's ground."""

from __future__ import annotations

import pytest

from app.preview.book import Edition
from app.preview.contrast import ON_HOST, PAIRS, ratio, sheet, tokens


def test_the_measure_itself() -> None:
    assert ratio("#fff", "#000") == pytest.approx(21)
    assert ratio("#28a745", "#ffffff") == pytest.approx(3.13, abs=0.01)


def test_every_pair_of_tokens_is_on_the_sheet_and_can_be_read(edition: Edition) -> None:
    own = sheet(edition)["own"]
    assert len(own) == len(PAIRS)
    assert all(cell["text"] for row in own for cell in row["schemes"])
    inks = {name for name in tokens(edition.catalog.tokens_css) if not name.endswith(("tint", "line"))}
    assert inks == {name for pair in PAIRS for name in pair if not name.endswith("tint")}


def test_every_look_of_every_host_is_measured(edition: Edition) -> None:
    hosts = sheet(edition)["hosts"]
    assert len(hosts) == sum(len(host.looks) for host in edition.looks.values())
    assert all(len(row["cells"]) == len(ON_HOST) for host in hosts for row in host["rows"])
    strong = next(host for host in hosts if host["key"] == "sharepoint/strong")
    assert not all(cell["text"] for cell in strong["rows"][0]["cells"])  # which is why panels paint their own ground
