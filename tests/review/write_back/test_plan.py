"""What is to be written, case by case: ours may be replaced, anybody else's may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.config import WriteBack
from app.review.write_back.plan import Kept, planned, wanted
from app.review.write_back.rows import GIVEN, UNDONE, Row

FIELDS = WriteBack({"score": "S", "as_of": "A", "verdict": "V", "override": "O"})
ROW = Row(
    "crm", "Lead", "1", "lead_score", 1, "queued", "review", "d", "v", None, "", None, GIVEN, "overridden", 20.0, "no",
    0.0, None, "", 0, 0, 0.0, "", 0.0,
)  # fmt: skip


def test_what_the_core_said_and_what_a_viewer_said_have_fields_of_their_own() -> None:
    both = replace(ROW, score=61.7, as_of=1_796_000_000.0)
    assert wanted(both, FIELDS) == {"S": 61, "A": "2026-11-30T00:53:20Z", "V": "overridden", "O": 20}
    assert wanted(replace(ROW, review=""), FIELDS) == {}
    assert wanted(replace(ROW, override=None), FIELDS)["O"] is None


@pytest.mark.parametrize(
    ("kept", "holds", "write", "taken"),
    [
        (Kept(), {"V": "x", "O": None}, {"V", "O"}, ()),  # the first write: what is there is remembered
        (Kept(), {"V": "overridden", "O": 20.0}, set(), ()),
        (Kept(written={"V": "accepted", "O": None}), {"V": "accepted", "O": ""}, {"V", "O"}, ()),
        (Kept(written={"V": "accepted", "O": 5}), {"V": "accepted", "O": 7}, set(), ("O",)),
        (Kept(written={"V": "accepted", "O": 5}), {"V": None, "O": 5}, set(), ("V",)),  # emptied by hand
        (Kept(before={"V": "x", "O": None}, trying={"V": ["accepted"]}), {"V": "accepted", "O": None}, {"V", "O"}, ()),
        (Kept(before={"V": "x", "O": None}, trying={"V": ["accepted"]}), {"V": "x", "O": None}, {"V", "O"}, ()),
        (Kept(before={"V": "x"}, trying={"V": ["accepted"]}), {"V": "y", "O": None}, set(), ("V",)),
    ],
)
def test_whose_a_field_is(kept: Kept, holds: dict[str, Any], write: set[str], taken: tuple[str, ...]) -> None:
    plan = planned(ROW, FIELDS, kept, holds)
    assert (set(plan.write), plan.taken) == (write, taken)


def test_taking_back_touches_only_what_we_wrote() -> None:
    undone = replace(ROW, review=UNDONE)
    assert planned(undone, FIELDS, Kept(), {"V": "x", "O": 3}).write == {}
    kept = Kept(before={"V": "x", "O": None}, written={"V": "overridden", "O": 20})
    plan = planned(undone, FIELDS, kept, {"V": "overridden", "O": 20})
    assert plan.write == {"V": "x", "O": None}
    after = plan.after_it(kept)
    assert (after.written, after.before) == ({}, {})


def test_forced_it_is_written_over_and_remembered() -> None:
    kept = Kept(before={"O": None}, written={"V": "overridden", "O": 5})
    plan = planned(replace(ROW, forced=1), FIELDS, kept, {"V": "overridden", "O": 7})
    assert (plan.write, plan.taken) == ({"O": 20}, ())
    assert plan.before_it(kept, {"V": "overridden", "O": 7}, forced=True).before["O"] == 7


def test_it_is_the_same_when_it_was_written_down() -> None:
    kept = Kept({"V": None}, {"V": "x"}, {"O": [1]}, "words", ("V",))
    assert Kept.read(kept.written_down()) == kept
    assert Kept.read(None) == Kept()


def test_all_that_was_tried_is_ours_until_it_is_known_what_came_of_it() -> None:
    """Killed after a write, then somebody changed another field in the middle of the next one."""
    kept = Kept(before={"V": None, "O": None})
    for value in (20.0, 40.0):
        plan = planned(replace(ROW, override=value), FIELDS, kept, {"V": None, "O": None})
        kept = plan.before_it(kept, {"V": None, "O": None}, forced=False)
    for holds in (None, 20, 40):
        assert planned(replace(ROW, override=50.0), FIELDS, kept, {"V": None, "O": holds}).taken == ()
    assert planned(ROW, FIELDS, kept, {"V": None, "O": 30}).taken == ("O",)
