"""The canary's share: chosen by the record alone, as large as it was set, and moved no further than it must be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.config import CapabilitySettings
from app.core.arms import MAIN, arm_of, core_of, key_of
from app.core.stored import Key
from app.launch import Record

LEADS = CapabilitySettings(name="lead_score", core="main", records=("Lead",), fields=("a",), canary="next")
RECORDS = [Record("Lead", f"00Q{n:06}") for n in range(4_000)]


def share(percent: int, canary: str = "next") -> set[Record]:
    capability = replace(LEADS, canary=canary, canary_percent=percent)
    return {record for record in RECORDS if arm_of(capability, record) == canary}


@pytest.mark.parametrize("percent", [1, 5, 20, 50, 99])
def test_the_share_is_as_large_as_it_was_set(percent: int) -> None:
    assert len(share(percent)) / len(RECORDS) * 100 == pytest.approx(percent, abs=2.5)


def test_nobody_and_everybody_are_exact() -> None:
    assert share(0) == set()
    assert share(100) == set(RECORDS)
    assert arm_of(replace(LEADS, canary="", canary_percent=50), RECORDS[0]) == MAIN


def test_a_share_that_changes_moves_as_few_records_as_it_can() -> None:
    assert share(5) < share(10) < share(11) < share(60)
    moved = share(10) ^ share(11)
    assert len(moved) / len(RECORDS) * 100 == pytest.approx(1, abs=0.7)


def test_another_canary_is_tried_with_other_records() -> None:
    both = share(10) & share(10, "other")
    assert len(both) / len(RECORDS) * 100 == pytest.approx(1, abs=0.8)


def test_the_choice_does_not_hang_on_this_process() -> None:
    known = [record for record in RECORDS[:40] if arm_of(replace(LEADS, canary_percent=10), record)]
    assert [record.id for record in known] == ["00Q000001", "00Q000017"]


def test_a_key_names_its_arm_and_the_arm_its_core() -> None:
    capability = replace(LEADS, canary_percent=100)
    key = key_of("crm", capability, RECORDS[0])
    assert key == Key("crm", "lead_score", RECORDS[0], "", "next")
    assert core_of(capability, key) == "next"
    assert core_of(LEADS, key_of("crm", LEADS, RECORDS[0])) == "main"
