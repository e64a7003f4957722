"""The map before the road: it gives out what the road made, and at every doubt it knows nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.db.epochs import ERASED, announce
from app.db.erasing import Subject
from app.db.jobs import enqueue
from app.rollouts import Reach, Rollout, Rollouts
from app.session.revoking import revoke
from app.web.fragments import Fragments
from app.web.memory import ready as module
from app.web.memory.news import OF_RECORDS
from app.wiring import erasure
from tests.core.server import says
from tests.hosts._proofs import GUEST
from tests.scoring.test_refresher import SOON
from tests.web.test_limits import limited
from tests.world import LEAD, World

PAGE = GUEST["origins"][0]
BATCH = [f"score-badge {LEAD} -", f"score-card {LEAD} -"]


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each time that the road makes fragments."""
    walks: list[str] = []
    show = Fragments.show

    def counted(self: Fragments, *asked: Any) -> Any:
        walks.append("walked")
        return show(self, *asked)

    monkeypatch.setattr(Fragments, "show", counted)
    return walks


def test_the_same_question_walks_the_road_once(world: World, walked: list[str]) -> None:
    frame, element = world.frame_token(), world.element_token()
    walked.clear()
    badges = [world.badge(frame) for _ in range(3)]
    batches = [world.batch(element, BATCH) for _ in range(3)]
    assert walked == ["walked"] * 2
    for answers in (badges, batches):
        assert {(each.status_code, each.data, str(each.headers)) for each in answers} == {
            (200, answers[0].data, str(answers[0].headers))
        }


def test_what_the_browser_has_it_is_not_sent_from_memory_either(world: World, walked: list[str]) -> None:
    token = world.frame_token()
    etag = world.badge(token).headers["ETag"]
    walked.clear()
    assert world.badge(token, If_None_Match=etag).status_code == 304
    assert world.badge(token).status_code == 200
    assert walked == []


def renewed(world: World, token: str) -> str:
    world.clock.now += 1
    return str(world.client.post("/session/renew", data={"token": token}).json["access_token"])


OTHERS: dict[str, Callable[[World, str], Any]] = {
    "another record": lambda w, token: w.badge(token, record="Lead/2"),
    "another component": lambda w, token: w.badge(token, component="score-card"),
    "another question": lambda w, token: w.badge(token, record=f"{LEAD}&record=Lead/2"),
    "another token": lambda w, _: w.badge(w.frame_token(user="005AB000009ZzZzYAK")),
    "the session's next token": lambda w, token: w.badge(renewed(w, token)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_question_walks_the_road(world: World, walked: list[str], name: str) -> None:
    token = world.frame_token()
    world.badge(token)
    walked.clear()
    OTHERS[name](world, token)
    assert "walked" in walked


def revoked_elsewhere(world: World, _: str) -> None:
    revoke(world.parts.database, world.parts.audit, "acme", "", "", world.clock.now)
    world.parts.epochs.look()


def revoked_by_a_slower_clock(world: World, _: str) -> None:
    """By the machine that revokes, the session was opened after it did so; the database knows which lived."""
    revoke(world.parts.database, world.parts.audit, "acme", "", "", world.clock.now - 5)
    world.parts.epochs.look()


def past_its_time(world: World, _: str) -> None:
    world.clock.now += 601


DOUBTS: dict[str, tuple[Callable[[World, str], Any], dict[str, str], int]] = {
    "the session was ended": (
        lambda w, token: w.client.delete("/session", headers={"Authorization": f"Bearer {token}"}),
        {},
        401,
    ),
    "the session was revoked": (revoked_elsewhere, {}, 401),
    "the session was revoked where the clock is behind": (revoked_by_a_slower_clock, {}, 401),
    "the token expired": (past_its_time, {}, 401),
    "another page asks": (lambda *_: None, {"Origin": "https://evil.example"}, 401),
    "the element's page asks for a frame": (lambda *_: None, {"Origin": PAGE}, 401),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_at_every_doubt_the_road_says(world: World, name: str) -> None:
    doubt, headers, status = DOUBTS[name]
    token = world.frame_token()
    assert [world.badge(token).status_code for _ in range(2)] == [200, 200]
    doubt(world, token)
    answer = world.badge(token, **headers)
    assert (answer.status_code, "von 100" in answer.text) == (status, False)


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", PAGE + ".evil.example"])
def test_a_batch_from_memory_is_its_pages_alone(world: World, origin: str) -> None:
    token = world.element_token()
    assert world.batch(token, BATCH).status_code == 200
    form = {"token": token, "item": BATCH}
    headers = {"Origin": origin} if origin else {}
    assert world.client.post("/components:batch", data=form, headers=headers).status_code == 401


def test_a_renewed_score_is_shown_at_once(world: World, walked: list[str]) -> None:
    token, element = world.frame_token(), world.element_token()
    world.badge(token), world.batch(element, BATCH)
    world.core.score = 12
    world.clock.now += 1
    world.event(LEAD)
    world.parts.epochs.look()
    walked.clear()
    assert ">12<" in world.badge(token).text
    assert ">12<" in world.batch(element, BATCH).text
    assert walked == ["walked"] * 2


def tell(world: World, kind: str, key: str, connection: str = "acme") -> None:
    with world.parts.database.begin() as conn:
        announce(conn, kind, connection, key)
    world.parts.epochs.look()


def test_news_of_another_record_is_none_of_a_badges_business(world: World, walked: list[str]) -> None:
    token, element = world.frame_token(), world.element_token()
    world.badge(token), world.batch(element, BATCH[:1])
    walked.clear()
    for kind in sorted(OF_RECORDS - {ERASED}):  # after which nothing at all is remembered
        tell(world, kind, "Lead/2")
        assert world.badge(token).status_code == world.batch(element, BATCH[:1]).status_code == 200
    assert walked == []


@pytest.mark.parametrize(("kind", "key"), [*((kind, LEAD) for kind in sorted(OF_RECORDS)), ("rollout", "score-badge")])
def test_news_of_what_it_is_about_sends_a_badge_along_the_road(
    world: World, walked: list[str], kind: str, key: str
) -> None:
    token, element = world.frame_token(), world.element_token()
    world.badge(token), world.batch(element, BATCH[:1])
    walked.clear()
    tell(world, kind, key)
    world.badge(token), world.batch(element, BATCH[:1])
    assert walked == ["walked"] * 2


def test_whatever_else_stands_in_a_batch_has_to_hold_too(world: World, walked: list[str]) -> None:
    element = world.element_token()
    world.batch(element, BATCH)
    walked.clear()
    tell(world, "score", "Lead/2")
    world.batch(element, BATCH)  # its card speaks of more than its record
    assert walked == ["walked"]


def test_what_held_through_some_news_does_not_hold_through_the_next(world: World, walked: list[str]) -> None:
    token = world.frame_token()
    world.badge(token)
    walked.clear()
    for key, walks in (("Lead/2", 0), ("Lead/3", 0), (LEAD, 1), ("Lead/2", 1)):
        tell(world, "score", key)
        world.badge(token)
        assert len(walked) == walks


def test_a_score_past_its_time_is_asked_for_anew(world: World, walked: list[str]) -> None:
    world.core.changes = {"valid_for_s": 5}
    token, began = world.frame_token(), world.clock.now
    world.badge(token)
    [kept] = world.parts.ready._kept.values()
    assert began + 4 < kept.until <= began + 5
    walked.clear()
    for moment, walks in ((kept.until - 0.01, 0), (kept.until, 1)):
        world.clock.now = moment
        world.badge(token)
        assert len(walked) == walks


def test_nothing_of_somebody_who_was_erased_is_given_out(world: World, walked: list[str]) -> None:
    token = world.frame_token()
    assert "72 von 100" in world.badge(token).text
    kind, _, name = LEAD.partition("/")
    with erasure(world.settings, world.parts.database, world.parts.audit, world.clock) as to:
        to.erase(Subject("acme", ("acme", "acme-pages"), kind, name), "Ada")
    world.parts.epochs.look()
    assert len(world.parts.ready._kept) == 0
    walked.clear()
    world.badge(token)
    assert walked == ["walked"]


def test_what_it_gives_out_counts_for_its_viewer(world: World) -> None:
    with limited(world, limit_viewer="4/minute") as tight:  # the launch is one
        token = tight.frame_token()
        statuses = [tight.badge(token).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_what_is_pending_is_asked_for_each_time(world: World, walked: list[str]) -> None:
    world.core.behave(says({"score": "nonsense"}))
    token = world.frame_token()
    walked.clear()
    states = [world.badge(token).headers["Inlay-State"] for _ in range(2)]
    assert (states, walked) == (["unavailable"] * 2, ["walked"] * 2)


def test_memory_is_bounded_and_long_addresses_are_not_kept(world: World) -> None:
    token, kept = world.frame_token(), world.parts.ready._kept
    world.client.get(
        f"/components/score-badge?record={LEAD}&x={'x' * module.MAX_ADDRESS}",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert len(kept) == 0
    for number in range(60):
        world.client.get(
            f"/components/score-badge?record={LEAD}&{number}", headers={"Authorization": f"Bearer {token}"}
        )
    assert len(kept) == 60
    assert 60 * 1500 < kept.currsize < 60 * 5000 < kept.maxsize


def test_no_answer_is_kept_past_its_sessions_end(world: World) -> None:
    token = world.frame_token()
    world.badge(token)
    [entry] = [world.parts.ready._kept[key] for key in world.parts.ready._kept]
    assert entry.until <= world.parts.sessions.load(token).expires_at


def test_what_was_shown_while_a_switch_was_being_read_is_not_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread reads what an admin decided; another, which does not wait for that, still shows the panel."""
    token, reading = world.frame_token(), world.parts.rollouts
    elsewhere = Rollouts(world.parts.database, world.parts.audit, world.parts.epochs, world.clock)
    read, meanwhile = reading._read, list[str]()

    def slow() -> Any:
        found = read()
        with ThreadPoolExecutor(1) as other:
            meanwhile.append(other.submit(lambda: world.badge(token).headers["Inlay-State"]).result(10))
        return found

    elsewhere.set(Rollout("acme", "", Reach.OFF, 0.0), "Ada")
    world.parts.epochs.look()
    monkeypatch.setattr(reading, "_read", slow)
    assert not reading.shows("acme", "score-badge", "somebody")
    assert meanwhile == ["ready"]
    assert world.badge(token).headers["Inlay-State"] == "off"


def test_a_badge_says_what_its_card_says_once_a_score_was_renewed_ahead_of_its_end(world: World) -> None:
    world.looked_at()
    world.clock.now += SOON
    token, panels = world.frame_token(), ("score-card", "score-badge")
    with world.another() as other:

        def told() -> set[bool]:
            return {">12<" in each.badge(token, component=tag).text for each in (world, other) for tag in panels}

        assert told() == {False}
        world.core.score = 12
        with world.parts.database.begin() as conn:  # as the refresher orders it for what is popular and soon stale
            enqueue(conn, "rescore", {"connection": "acme", "record": LEAD}, run_at=world.clock.now)
        world.run_jobs()
        world.parts.epochs.look()
        other.parts.epochs.look()
        assert told() == {True}
