"""Viewers' identities: sealed, refreshed by one writer in all threads and processes, told to the host at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from app.db.schema import identities, sessions
from app.db.schema_jobs import jobs
from app.errors import Busy, HostUnavailable, SessionExpired
from app.session.identities import EARLY_S, LEASE_S, release
from tests.databases import hasty, migrated_url
from tests.db.rivals import race
from tests.hosts._proofs import CLOCK
from tests.processes import Program
from tests.rotating import FIRST, KEY, Process, Rotating, process, rotating, session

NEW_KEY = "n" * 40


class Clock:
    now = CLOCK

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with migrated_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def host() -> Iterator[Rotating]:
    with rotating() as host:
        yield host


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(url: str, host: Rotating, clock: Clock) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def one(*keys: str) -> Process:
        made.append(process(url, host.site.url, clock, keys or (KEY,)))
        hasty(made[-1].database)
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def here(make: Callable[..., Process]) -> Process:
    """A process, and a viewer who has signed in."""
    process = make()
    sign_in(process)
    return process


def sign_in(here: Process, **changes: Any) -> None:
    opened = session(**changes)
    row = {"id": opened.id, "connection": "helpdesk", "viewer": opened.viewer.subject, "component": "score-badge"}
    row |= {"signed_in": True, "created_at": opened.opened_at, "ends_at": opened.ends_at}
    with here.database.begin() as conn:
        conn.execute(insert(sessions), row)
        here.identities.keep(conn, opened, FIRST)


def end(here: Process, name: str = "one") -> None:
    with here.database.begin() as conn:
        conn.execute(sessions.update().where(sessions.c.id == name).values(ended_at=CLOCK))
        release(conn, here.audit, "helpdesk", "zoe", CLOCK, "session-ended")


def token(here: Process, dead: str = "", name: str = "one") -> str:
    return here.identities.get(session(name), "https://x", dead).token


def revocations(here: Process) -> list[dict[str, Any]]:
    with here.database.read() as conn:
        return [
            json.loads(each) for each in conn.execute(select(jobs.c.payload).where(jobs.c.kind == "revoke")).scalars()
        ]


def ends(here: Process) -> list[str]:
    with here.database.read() as conn:
        return list(conn.execute(text("SELECT reason FROM audit WHERE event = 'identity.ended'")).scalars())


def test_what_is_good_costs_the_host_nothing(here: Process, host: Rotating) -> None:
    found = here.identities.get(session(), "https://x")
    assert (found.token, found.url, found.signed_in) == ("access-1", "https://x", True)
    assert "access" not in repr(found)
    assert host.site.seen == []


def test_nothing_of_it_lies_about_in_the_open(here: Process) -> None:
    with here.database.read() as conn:
        [row] = conn.execute(select(identities)).all()
    assert b"access" not in row.tokens
    assert b"refresh" not in row.tokens


def test_another_viewers_row_opens_for_nobody_else(here: Process) -> None:
    sign_in(here, name="two", viewer="ben")
    with here.database.begin() as conn:
        [mine] = conn.execute(select(identities.c.tokens).where(identities.c.viewer == "zoe")).scalars()
        conn.execute(identities.update().where(identities.c.viewer == "ben").values(tokens=mine))
    with pytest.raises(SessionExpired):
        here.identities.get(session("two", "ben"), "")


def test_what_is_about_to_end_is_renewed_before(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now = FIRST.expires_at - EARLY_S - 1
    assert token(here) == "access-1"
    clock.now += 1
    assert token(here) == "access-2"
    assert token(here) == "access-2"
    assert host.refreshed == ["refresh-1"]


def test_what_the_host_calls_dead_is_renewed_once_for_all_who_say_so(here: Process, host: Rotating) -> None:
    assert [token(here, "access-1") for _ in range(3)] == ["access-2"] * 3
    assert host.refreshed == ["refresh-1"]
    assert token(here, "access-2") == "access-3"


def test_eight_threads_are_one_refresh(here: Process, host: Rotating, clock: Clock) -> None:
    host.pause_s, clock.now = 0.2, FIRST.expires_at
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: _or_busy(here), range(8)))
    assert set(got) <= {"access-2", "busy"}  # of 6 permits
    assert got.count("access-2") >= 6 - 1
    assert host.refreshed == ["refresh-1"]


def _or_busy(here: Process) -> str:
    try:
        return token(here)
    except Busy:
        return "busy"


def test_two_processes_never_use_a_refresh_token_twice(url: str, here: Process, host: Rotating) -> None:
    """Each calls the other's new token dead too, so that they refresh against each other as fast as they can."""
    host.pause_s = 0.02
    one, two = race(*(Program("tests.rotating", url, host.site.url, "12") for _ in range(2)))
    assert not host.reused
    assert len(host.refreshed) == len(set(host.refreshed)) == host.number - 1
    assert len(one) == len(two) == 12
    assert {*one, *two} <= {f"access-{n}" for n in range(1, host.number + 1)}
    assert token(here) == f"access-{host.number}"


def test_who_may_go_on_does_not_wait_for_a_refresh(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now = FIRST.expires_at - 1
    got: list[str] = []
    host.during = lambda: got.append(token(here))
    assert token(here) == "access-2"
    assert got == ["access-1"]


def test_a_process_that_died_leaves_a_lease_that_ends(
    here: Process, host: Rotating, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.session.identities.WAIT_S", 0.2)
    clock.now = FIRST.expires_at
    with here.database.begin() as conn:
        conn.execute(identities.update().values(leased_until=clock.now + LEASE_S, lease_owner="dead"))
    with pytest.raises(Busy):
        token(here)
    assert host.refreshed == []
    clock.now += LEASE_S
    assert token(here) == "access-2"


def test_a_process_that_slept_over_its_lease_asks_nothing(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now = FIRST.expires_at
    calls: list[float] = []

    class Sleepy:
        def __call__(self) -> float:
            calls.append(clock.now)
            return clock.now + (LEASE_S if len(calls) > 4 else 0.0)

    here.identities._clock = Sleepy()
    with pytest.raises(Busy) as late:
        token(here)
    assert late.value.reason == "refresh-too-late"
    assert host.refreshed == []


@pytest.mark.parametrize("status", [500, 429, 401])
def test_a_host_that_is_away_ends_nothing(here: Process, host: Rotating, clock: Clock, status: int) -> None:
    """Nor does one that does not know our app's secret: while it is changed there and here, nobody is signed out."""
    clock.now, host.status = FIRST.expires_at, status
    for _ in range(2):  # and the lease was given back
        with pytest.raises(HostUnavailable):
            token(here)
    host.status = 200
    assert token(here) == "access-2"
    assert ends(here) == []


def test_a_grant_that_died_at_the_host_is_forgotten_and_said_so(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now, host.number = FIRST.expires_at, 7
    for reason in ("grant-dead", "host-token-missing"):
        with pytest.raises(SessionExpired) as gone:
            token(here)
        assert gone.value.reason == reason
    assert ends(here) == ["grant-dead"]
    assert revocations(here) == []  # there is nothing left of it


def test_without_a_refresh_token_a_sign_in_ends_with_its_token(here: Process, host: Rotating, clock: Clock) -> None:
    with here.database.begin() as conn:
        here.identities.keep(conn, session(), replace(FIRST, refresh=""))
    assert token(here) == "access-1"
    clock.now = FIRST.expires_at
    with pytest.raises(SessionExpired):
        token(here)
    assert host.site.seen == []


def test_one_new_sign_in_mends_all_the_viewers_panels(here: Process, host: Rotating) -> None:
    host.number = 7
    with pytest.raises(SessionExpired):
        token(here, "access-1")
    with here.database.begin() as conn:
        here.identities.keep(conn, session("two"), replace(FIRST, access="access-7"))
    assert token(here, name="one") == "access-7"


# --- keys ---


def test_a_new_key_takes_over_with_the_next_refresh(here: Process, make: Callable[..., Process]) -> None:
    both, new_only = make(NEW_KEY, KEY), make(NEW_KEY)
    with pytest.raises(SessionExpired) as gone:
        token(new_only)
    assert gone.value.reason == "seal-key-unknown"
    assert token(both) == "access-1"
    assert token(both, "access-1") == "access-2"
    assert token(new_only) == "access-2"


# --- the end ---


def test_the_last_panel_that_ends_tells_the_host(here: Process, host: Rotating) -> None:
    sign_in(here, name="two")
    end(here, "one")
    assert revocations(here) == []
    assert token(here) == "access-1"
    end(here, "two")
    [payload] = revocations(here)
    assert "refresh-1" not in json.dumps(payload)
    with pytest.raises(SessionExpired):
        token(here)
    here.identities.revoke(payload)
    assert host.revoked == ["refresh-1"]
    assert ends(here) == ["session-ended"]


def test_a_refresh_that_comes_back_after_the_end_is_revoked_too(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now, host.during = FIRST.expires_at, lambda: end(here)
    with pytest.raises(SessionExpired):
        token(here)
    for payload in revocations(here):
        here.identities.revoke(payload)
    assert host.revoked == ["refresh-1", "refresh-2"]


def test_a_sign_in_during_a_refresh_wins(here: Process, host: Rotating, clock: Clock) -> None:
    clock.now = FIRST.expires_at
    fresh = replace(FIRST, access="access-7", refresh="refresh-7", expires_at=clock.now + 1800)

    def again() -> None:
        with here.database.begin() as conn:
            here.identities.keep(conn, session(), fresh)

    host.during = again
    assert token(here) == "access-7"
    assert revocations(here) == []  # some hosts would end the new one with it


def test_what_came_to_its_own_end_is_told_too(here: Process, clock: Clock) -> None:
    clock.now = session().ends_at + 1
    sign_in(here, name="two", viewer="ben", at=clock.now)
    with here.database.begin() as conn:
        here.identities.prune(conn)
    assert ends(here) == ["life-over"]
    assert [each["viewer"] for each in revocations(here)] == ["zoe"]


def test_tokens_that_no_session_came_of_are_revoked(here: Process, host: Rotating) -> None:
    with here.database.begin() as conn:
        here.identities.discard(conn, "helpdesk", "ben", replace(FIRST, refresh="refresh-9"))
        here.identities.discard(conn, "helpdesk", "zoe", FIRST)  # whose panels would be ended with it
    [payload] = revocations(here)
    here.identities.revoke(payload)
    assert host.revoked == ["refresh-9"]
    assert token(here) == "access-1"


def test_what_nobody_can_read_or_ask_is_let_go(here: Process, make: Callable[..., Process], host: Rotating) -> None:
    end(here)
    [payload] = revocations(here)
    here.identities.revoke(payload | {"connection": "gone"})
    make(NEW_KEY).identities.revoke(payload)
    assert host.revoked == []
    host.status = 503
    with pytest.raises(HostUnavailable):
        here.identities.revoke(payload)  # tried again later
