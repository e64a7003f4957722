"""A host that asks for quiet gets it, one that does not answer is left alone; no other connection waits for that."""

from __future__ import annotations

import pytest

from app.db.jobs import Postponed
from app.errors import HostUnavailable
from app.review.write_back.pace import PAUSE_MOST_S, Paces
from tests.review.write_back.stage import Clock

AWAY = HostUnavailable(reason="host-status-503")


def why(paces: Paces, connection: str = "crm") -> str:
    try:
        paces.require_turn(connection)
    except Postponed as later:
        return later.reason if later.retry_after_s else "at once"
    return ""


def test_retry_after_is_for_all_records_of_that_connection_until_it_is_over() -> None:
    clock = Clock()
    paces = Paces(clock)
    assert paces.away("crm", HostUnavailable(retry_after_s=30.0), 0) == 30.0
    assert (why(paces), why(paces, "other")) == ("host-asked-for-quiet", "")
    clock.now += 31
    assert why(paces) == ""


def test_five_failures_in_a_row_and_it_is_left_alone() -> None:
    paces = Paces(Clock())
    for _ in range(4):
        paces.away("crm", AWAY, 0)
    paces.answered("crm")
    for _ in range(4):
        paces.away("crm", AWAY, 0)
    assert why(paces) == ""
    paces.away("crm", AWAY, 0)
    assert why(paces) == "host-away"


@pytest.mark.parametrize(("tries", "most"), [(0, 2.0), (1, 4.0), (5, 64.0), (30, PAUSE_MOST_S), (10_000, PAUSE_MOST_S)])
def test_a_record_waits_longer_each_time(tries: int, most: float) -> None:
    pause_s = Paces(Clock()).away("crm", AWAY, tries)
    assert most / 2 <= pause_s <= most
