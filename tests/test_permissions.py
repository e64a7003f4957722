"""Permission: two viewers of different rights, whatever was looked at first; it fails closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.application import create_app
from app.errors import Denied
from app.hosts._sign_in import HostTokens
from app.launch import Record
from app.permissions import ALLOWED_FOR_S, REFUSED_FOR_S, Grant
from tests.routes.lists import LEADS, home, many, shown
from tests.world import LEAD, World, running

REVENUE, ACTIVITY = "Revenue above a million", "Asked for a demo"
ZOE = {"user": "005AB000001ZzZzYAK", "token": "zoe"}
BEN = {"user": "005AB000002BbBbYAK", "token": "ben"}
FACTORS = [
    {"label": REVENUE, "effect": 9.5, "fields": ["revenue"], "detail": "1,000,000 in AnnualRevenue"},
    {"label": ACTIVITY, "effect": 4, "fields": ["activity"]},
    {"label": "Both together", "effect": 2, "fields": ["activity", "revenue"]},
    {"label": "Says not of what", "effect": 1},
]


@pytest.fixture
def two(world: World) -> World:
    """Ben may not see AnnualRevenue."""
    world.core.changes = {"factors": FACTORS}
    world.api.hidden_from["ben"] = {"AnnualRevenue"}
    return world


def page(world: World, who: dict[str, str], component: str = "score-card") -> str:
    answer = world.launch(component, **who)
    assert answer.status_code == 200
    return str(answer.text)


def check(seen: str, all_of_it: bool) -> None:
    assert (REVENUE in seen) == all_of_it
    assert ("1,000,000" in seen) == all_of_it
    assert ("Both together" in seen) == all_of_it
    assert ("Says not of what" in seen) == all_of_it  # hidden when in doubt
    assert ACTIVITY in seen
    assert "von 100" in seen


@pytest.mark.parametrize("first", [ZOE, BEN])
def test_each_sees_what_the_host_shows_them(two: World, first: dict[str, str]) -> None:
    for who in (first, ZOE, BEN, first, ZOE, BEN):  # whatever was remembered of the one before
        check(page(two, who), who is ZOE)
    assert two.core.asked == 1
    for who in (ZOE, BEN):
        assert REVENUE not in page(two, who, "score-badge")


def test_a_fragments_kept_markup_is_its_sessions_own(two: World) -> None:
    tokens = {name: two.frame_token(component="score-card", **who) for name, who in (("zoe", ZOE), ("ben", BEN))}
    for _ in range(2):
        check(two.badge(tokens["zoe"], component="score-card").text, True)
        check(two.badge(tokens["ben"], component="score-card").text, False)


def test_what_moved_says_nothing_hidden(two: World) -> None:
    page(two, BEN)
    two.core.score, two.core.changes = 31, {"factors": [{**FACTORS[0], "effect": -20}, FACTORS[1]]}
    two.event(LEAD)
    two.clock.now += 60
    two.parts.epochs.look()
    later = page(two, BEN)
    assert "Both together" not in later
    assert REVENUE not in later


def test_rights_that_were_taken_away_hide_what_was_seen_before(two: World) -> None:
    page(two, ZOE)
    two.api.hidden_from["zoe"] = {"AnnualRevenue"}
    two.core.score, two.core.changes = 31, {"factors": [FACTORS[1]]}
    two.event(LEAD)
    two.parts.epochs.look()
    assert REVENUE not in page(two, ZOE)  # not even as a reason that went


def test_a_blind_viewer_learns_nothing(two: World) -> None:
    page(two, ZOE)
    two.api.blind.add("ben")
    with_score = page(two, BEN)
    assert 'data-state="denied"' in with_score
    for said in ("von 100", REVENUE, ACTIVITY, "test-core", "Lead score"):
        assert said not in with_score.partition("<main")[2]
    [row] = two.audited("permission.refused")
    assert (row["reason"], row["viewer"], row["record"]) == ("host-says-no", "005AB000002BbBbYAK", LEAD)
    assert row["reference"] in with_score
    assert [each["viewer"] for each in two.audited("view.shown")] == ["005AB000001ZzZzYAK"]


def test_a_denied_record_looks_the_same_with_and_without_a_score(world: World) -> None:
    world.api.blind.add("zoe")
    token = world.frame_token()
    without = world.badge(token).text
    world.api.blind.clear()
    world.frame_token(**BEN)  # now it has one
    world.api.blind.add("zoe")
    assert world.badge(world.frame_token()).text == without


def test_a_list_that_names_no_record_opens_what_the_host_shows_its_viewer_and_nothing_else(world: World) -> None:
    """By every address that takes a record: that it has a score, and that others were shown it, opens nothing."""
    many(world, 2)
    for each in LEADS[:2]:  # Zoë sees both
        world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": each}}), f"Lead/{each}")
    seen, hidden = (f"Lead/{each}" for each in LEADS[:2])
    decision = next(row["decision"] for row in world.audited("view.shown") if row["record"] == hidden)
    world.api.only["sam"] = {LEADS[0]}
    token = shown(home(world, token="sam", user=BEN["user"])).token
    bearer = {"Authorization": f"Bearer {token}"}
    spoken = {"token": token, "record": hidden, "component": "score-card", "item": "score", "decision": decision}
    refused = [
        world.badge(token, hidden, "score-card"),
        world.client.post("/reviews", data=spoken | {"verdict": "accept", "version": "0"}),
        world.client.get(f"/api/v1/decisions/{decision}", headers=bearer),
    ]
    assert [each.status_code for each in refused] == [403, 403, 403]
    assert {row["reason"] for row in world.audited("permission.refused")} == {"host-says-no"}
    assert not any(row["record"] == hidden and row["viewer"] == BEN["user"] for row in world.audited("view.shown"))
    assert world.badge(token, seen, "score-card").status_code == 200
    world.api.only["sam"] = set()
    world.clock.now += ALLOWED_FOR_S
    assert world.badge(token, seen, "score-card").status_code == 403


def test_a_record_that_is_not_there_is_denied_like_one_that_is_hidden(world: World) -> None:
    world.api.rows.clear()
    assert world.badge(world.frame_token()).status_code == 403
    assert world.audited("permission.refused")[0]["reason"] == "host-says-no"


def test_a_refusal_that_is_polled_keeps_its_reference_and_its_one_row(world: World) -> None:
    world.api.blind.add("zoe")
    token = world.frame_token()
    answers = {world.badge(token).headers["ETag"] for _ in range(5)}
    assert len(answers) == 1
    assert len(world.audited("permission.refused")) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_host_that_does_not_answer_shows_nothing(world: World, status: int) -> None:
    world.frame_token(**BEN)
    world.api.status = status
    token = world.frame_token()
    answer = world.badge(token)
    assert (answer.status_code, answer.headers["Inlay-State"]) == (503, "unavailable")
    assert "von 100" not in answer.text
    assert world.audited("host.failed")[0]["reason"] == f"host-status-{status}"
    world.api.status = 200
    assert world.badge(token).status_code == 200


def test_a_viewer_who_has_used_up_the_hosts_calls_stops_nobody_else(world: World) -> None:
    """Hosts count calls for each user, over an hour: one who asks too much must not empty everybody's panels."""
    world.api.throttled.add("zoe")
    zoe = world.frame_token()
    assert world.badge(zoe).status_code == 503
    asked = len(world.api.calls)
    assert world.badge(zoe).status_code == world.badge(world.frame_token()).status_code == 503
    assert len(world.api.calls) == asked  # until then the host hears nothing of her
    assert world.badge(world.frame_token(**BEN)).status_code == 200
    world.api.throttled.clear()
    world.clock.now += 3600
    assert world.badge(world.frame_token()).status_code == 200


def test_a_dead_token_ends_the_session(world: World) -> None:
    token = world.frame_token()
    world.api.dead.add("zoe")
    assert world.badge(token).status_code == 200  # remembered
    world.clock.now += ALLOWED_FOR_S
    answer = world.badge(token)
    assert (answer.status_code, answer.json["code"]) == (401, "session-expired")


def test_a_yes_is_remembered_for_minutes_and_a_no_for_seconds(world: World) -> None:
    token = world.frame_token()
    world.api.blind.add("zoe")
    world.clock.now += ALLOWED_FOR_S - 1
    assert world.badge(token).status_code == 200
    world.clock.now += 1
    assert world.badge(token).status_code == 403
    world.api.blind.clear()
    world.clock.now += REFUSED_FOR_S - 1
    assert world.badge(token).status_code == 403
    world.clock.now += 1
    assert world.badge(token).status_code == 200
    assert world.api.calls.count("access") == 3


def test_what_is_remembered_is_the_sessions_own(world: World) -> None:
    world.frame_token()
    world.api.blind.add("zoe")
    assert world.badge(world.frame_token()).status_code == 403  # another launch, asked anew


def test_a_renewal_finds_out_that_a_record_was_taken_away(world: World) -> None:
    token = world.frame_token()
    world.api.blind.add("zoe")
    world.clock.now += 1
    renewed = world.client.post("/session/renew", data={"token": token}).json["access_token"]
    assert world.badge(renewed).status_code == 403


# --- with a token of a sign-in ---


def test_a_sign_ins_token_that_the_host_ended_is_renewed_once(world: World) -> None:
    with world.signing_in() as here:
        token = here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        assert here.badge(token).status_code == 200
        here.api.dead.add("signed-in")
        here.clock.now += ALLOWED_FOR_S
        here.api.calls.clear()
        assert here.badge(token).status_code == 200
        assert [each for each in here.api.calls if each != "read"] == ["access", "token", "access"]
        here.api.calls.clear()
        assert here.client.post("/session/renew", data={"token": token}).status_code == 200
        assert here.api.calls == ["access"]  # the new one was kept


def test_a_sign_in_that_cannot_be_renewed_ends_the_session(world: World) -> None:
    with world.signing_in() as here:
        token = here.signed_in(HostTokens("signed-in", here.clock.now + 600))
        here.api.dead.add("signed-in")
        answer = here.badge(token)
        assert (answer.status_code, answer.json["code"]) == (401, "session-expired")
        assert [row["reason"] for row in here.audited("identity.ended")] == ["host-token-dead"]


def test_a_token_that_is_dead_when_new_is_not_renewed_for_ever(world: World) -> None:
    with world.signing_in() as here:
        token = here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        here.api.dead |= {"signed-in", *(f"integration-{n}" for n in range(100))}
        assert here.badge(token).status_code == 401
        assert here.api.calls == ["access", "token", "access"]


# --- what the launch says itself ---


def guest(world: World, **claims: Any) -> dict[str, Any]:
    fragment: dict[str, Any] = world.exchange(component="score-card", **claims).json["fragments"][0]
    return fragment


def test_a_guest_without_fields_sees_the_number_and_no_reason_of_read_fields(two: World) -> None:
    card = guest(two, fields=None)
    assert "von 100" in card["html"]
    for factor in FACTORS:
        assert factor["label"] not in card["html"]
    assert "4 Gründe" in card["html"]


def test_a_guest_with_fields_sees_the_reasons_of_those(two: World) -> None:
    card = guest(two, fields=["activity"])
    assert ACTIVITY in card["html"]
    assert REVENUE not in card["html"]
    everything = guest(two, fields=["activity", "company_size", "AnnualRevenue"])
    assert REVENUE in everything["html"]


def test_the_host_is_not_asked_about_what_the_launch_proves(world: World) -> None:
    guest(world)
    assert "access" not in world.api.calls


def test_200_records_are_one_question_to_the_host(world: World) -> None:
    """A session of the frame has one record; many are asked at once all the same."""
    ids = [f"00QAB0000{n:06d}AAA" for n in range(200)]
    world.api.rows |= {each: {"activity": 1} for each in ids}
    token = world.frame_token()
    session = world.parts.sessions.load(token)
    many = replace(session, records=tuple(Record("Lead", each) for each in ids))
    world.api.calls.clear()
    grants = world.parts.permissions.grants(many, many.records)
    assert {type(each) for each in grants.values()} == {Grant}
    assert (len(grants), world.api.calls) == (200, ["access"])


def test_a_connection_that_is_switched_off_shows_nothing_also_to_open_sessions(two: World) -> None:
    switched = replace(two.settings.connections["acme-pages"], rollout=False)
    settings = replace(two.settings, connections={**two.settings.connections, "acme-pages": switched})
    token = two.element_token()
    with running(settings, two.clock) as (parts, _):
        off = replace(two, parts=parts, client=create_app(parts).test_client())
        for answer in (off.batch(token, [f"score-card {LEAD} -"]), off.exchange()):
            [fragment] = answer.json["fragments"]
            assert (fragment["state"], "hidden" in fragment["html"]) == ("off", True)
        [refused] = parts.permissions.grants(parts.sessions.load(token), [Record.parse(LEAD)]).values()
        assert isinstance(refused, Denied)
