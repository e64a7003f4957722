"""A proof that is given once: it holds for an hour, and its records are open only if the connection says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import SessionExpired
from app.hosts._oauth import drive
from app.hosts._once import HOLDS_S, held_since, hold, is_held, open_records
from app.launch import Access, Record
from tests.hosts._door import ScriptedDoor
from tests.hosts._proofs import CLOCK, guest

CONNECTION = guest().connection
LEAD = Record("Lead", "17")


def test_it_holds_for_an_hour_and_asks_nobody() -> None:
    door, held = ScriptedDoor(), held_since(CLOCK)
    assert drive(hold(CONNECTION, held, CLOCK + HOLDS_S - 1), door.call).expires_at == CLOCK + HOLDS_S
    with pytest.raises(SessionExpired):
        drive(hold(CONNECTION, held, CLOCK + HOLDS_S), door.call)
    assert door.asked == []


def test_no_token_of_a_host_is_taken_for_it() -> None:
    assert is_held(held_since(CLOCK))
    assert not any(map(is_held, ("viewer-token", "eyJ.e30.", "")))


@pytest.mark.parametrize("opened", [True, False])
def test_records_are_open_by_the_connection_s_word(opened: bool) -> None:
    connection = replace(CONNECTION, open_records=opened)
    seen = open_records(ScriptedDoor().call, connection, "", held_since(CLOCK), (LEAD,), ("industry",))
    assert seen == {LEAD: Access(True, frozenset({"industry"})) if opened else Access(False)}
