"""The worklist: what waits for whom, and many reviews in one request, each kept for itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.config.rules import Condition, Rule
from app.db.epochs import announce
from app.launch import LISTED, Record
from app.permissions import Grant
from tests.routes.lists import LEADS, many
from tests.world import World

ROW = re.compile(r'data-row="(\S+)" data-kind="(\w+)" data-decision="(\S+)" data-version="(\d+)"')
RECORDS = [f"Lead/{each}" for each in LEADS[:4]]


class Reviewer:
    """One viewer's worklist of the same four leads."""

    def __init__(self, world: World, viewer: str) -> None:
        self.world = world
        self.token = world.element_token(records=[], record=RECORDS, component="review-list", sub=viewer, name=viewer)

    def rows(self) -> dict[str, tuple[str, str, str]]:
        """Record -> its kind, decision and version, as the list says now."""
        self.world.parts.epochs.look()
        [part] = self.world.batch(self.token, [f"review-list {LISTED} -"]).json["fragments"]
        found = re.findall(
            r'data-row="(\S+)" data-kind="(\w+)" data-decision="(\S+)" data-version="(\d+)"', part["html"]
        )
        return {record: (kind, decision, version) for record, kind, decision, version in found}

    def send(self, *reviews: str, **more: Any) -> Any:
        form = {"token": self.token, "component": "review-list", "review": list(reviews)} | more
        origin = self.world.settings.connections["acme-pages"].origins[0]
        return self.world.client.post("/reviews", data=form, headers={"Origin": origin})

    def say(self, verdict: str, records: list[str], seen: dict[str, tuple[str, str, str]] | None = None) -> Any:
        seen = seen or self.rows()
        return self.send(*(f"{verdict} {each} {seen[each][1]} {seen[each][2]}" for each in records))


@pytest.fixture
def ana(world: World) -> Reviewer:
    many(world, 4)
    return Reviewer(world, "ana")


def kinds(reviewer: Reviewer) -> dict[str, str]:
    return {record: kind for record, (kind, _, _) in reviewer.rows().items()}


def test_many_are_accepted_in_one_request_and_taken_back_in_another(ana: Reviewer) -> None:
    assert set(kinds(ana).values()) == {"new"}
    answer = ana.say("accept", RECORDS[:3])
    assert [each["status"] for each in answer.json["results"]] == [200, 200, 200]
    assert kinds(ana) == {RECORDS[3]: "new", **dict.fromkeys(RECORDS[:3], "done")}
    assert len(ana.world.audited("review.given")) == 3
    back = ana.say("undo", RECORDS[:3])
    assert [each["status"] for each in back.json["results"]] == [200, 200, 200]
    assert kinds(ana) == dict.fromkeys(RECORDS, "new")
    assert len(ana.world.audited("review.undone")) == 3


def test_records_that_a_priority_rule_names_come_first(ana: Reviewer) -> None:
    """By what their scores were computed from; a field that a viewer may not see orders nothing for them."""
    parts = ana.world.parts
    assert list(ana.rows()) == RECORDS
    rule = Rule((("company_size", Condition(at_least=2)),))
    object.__setattr__(parts.connections.get("acme").settings, "priority", {"lead_score": (rule,)})
    with parts.database.begin() as conn:
        announce(conn, "test", "acme")
    for _ in range(2):  # what is remembered is the same
        assert list(ana.rows()) == [*RECORDS[2:], *RECORDS[:2]]
    pages, records = parts.connections.get("acme-pages"), [Record.parse(each) for each in RECORDS]
    answers = parts.fragments.listed(parts.sessions.load(ana.token), "review-list")
    hidden = [Grant(each, hidden_fields=frozenset({"company_size"})) for each in records]
    assert parts.fragments._listings.pressing(pages, hidden, answers) == frozenset()
    seen = [Grant(each) for each in records]
    assert parts.fragments._listings.pressing(pages, seen, answers) == frozenset(records[2:])


def test_who_was_slower_on_one_is_told_and_the_others_are_kept(ana: Reviewer) -> None:
    ben = Reviewer(ana.world, "ben")
    seen = ben.rows()
    ana.say("accept", RECORDS[:1])
    answer = ben.say("accept", RECORDS[:3], seen)
    first, *others = answer.json["results"]
    assert (first["record"], first["status"], first["code"]) == (RECORDS[0], 409, "review-conflict")
    assert "ana" in first["detail"]
    assert [each["status"] for each in others] == [200, 200]
    assert len(ana.world.audited("review.conflict")) == 1
    assert {row["viewer"] for row in ana.world.audited("review.given") if row["record"] == RECORDS[0]} == {"ana"}


def test_sent_twice_it_is_kept_once(ana: Reviewer) -> None:
    seen = ana.rows()
    ana.say("accept", RECORDS, seen)
    again = ana.say("accept", RECORDS, seen)
    assert {each["status"] for each in again.json["results"]} == {409}
    assert len(ana.world.audited("review.given")) == 4


def test_what_is_not_in_the_list_cannot_be_spoken_of(ana: Reviewer) -> None:
    _, decision, version = ana.rows()[RECORDS[0]]
    answer = ana.send(f"accept Lead/{LEADS[9]} {decision} {version}")
    assert [each["code"] for each in answer.json["results"]] == ["score-gone"]
    assert ana.world.audited("review.given") == []


@pytest.mark.parametrize(
    "review",
    ["accept", "override Lead/1 d1 0", "accept Lead/1 d1 x", "accept Lead d1 0", "dismiss Lead/1 d1 0", "accept  d1 0"],
)
def test_a_malformed_one_changes_nothing_of_the_others(ana: Reviewer, review: str) -> None:
    _, decision, version = ana.rows()[RECORDS[0]]
    answer = ana.send(f"accept {RECORDS[0]} {decision} {version}", review)
    assert answer.status_code == 400
    assert ana.world.audited("review.given") == []


def test_one_record_is_spoken_of_once(ana: Reviewer) -> None:
    _, decision, version = ana.rows()[RECORDS[0]]
    assert ana.send(*[f"accept {RECORDS[0]} {decision} {version}"] * 2).status_code == 400


def test_a_component_without_reviews_of_many_takes_none(ana: Reviewer) -> None:
    _, decision, version = ana.rows()[RECORDS[0]]
    answer = ana.send(f"accept {RECORDS[0]} {decision} {version}", component="score-card")
    assert (answer.status_code, answer.json["code"]) == (400, "bad-request")
    assert ana.world.audited("review.given") == []


def test_json_says_the_same(ana: Reviewer) -> None:
    _, decision, version = ana.rows()[RECORDS[0]]
    origin = ana.world.settings.connections["acme-pages"].origins[0]
    body = {"token": ana.token, "reviews": [f"accept {RECORDS[0]} {decision} {version}"]}
    answer = ana.world.client.post("/reviews", json=body, headers={"Origin": origin})
    assert [each["status"] for each in answer.json["results"]] == [200]
    body["reviews"] = [1]
    assert ana.world.client.post("/reviews", json=body, headers={"Origin": origin}).status_code == 400


def test_a_score_that_moved_after_a_review_waits_again(ana: Reviewer) -> None:
    ana.say("accept", RECORDS[:1])
    ana.world.clock.now += 3600
    ana.world.core.score = 12
    ana.world.event(RECORDS[0])
    later = Reviewer(ana.world, "ana")
    assert kinds(later)[RECORDS[0]] == "again"
