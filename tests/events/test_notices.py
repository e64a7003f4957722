"""Notifications: believed only from whoever knows the subscription's secret, and only to look, never as data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.library import CONTRACT, NEXT
from tests.watching import NOTICES, Watched, watched


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as made:
        made.begin()
        yield made


def kinds(stage: Watched) -> list[str]:
    return [kind for kind, _ in stage.jobs()]


def test_a_change_is_looked_up_not_believed(stage: Watched) -> None:
    answer = stage.post(stage.notice(resourceData={"id": "01ANOTHER"}, resource="drives/x"))
    assert answer.status_code == 202
    assert kinds(stage) == ["changes", "subscribe"]
    [row] = stage.world.audited("event.accepted")
    assert row["connection"] == "sharepoint"


def test_many_notifications_are_one_look(stage: Watched) -> None:
    for _ in range(5):
        assert stage.post(*[stage.notice()] * 10).status_code == 202
    assert kinds(stage) == ["changes", "subscribe"]


@pytest.mark.parametrize(
    "change",
    [
        {"clientState": "guess"},
        {"clientState": None},
        {"clientState": ""},
        {"subscriptionId": "sub-2"},
        {"subscriptionId": ""},
        {"tenantId": "99999999-aaaa-4bbb-8ccc-dddddddddddd"},
    ],
)
def test_what_no_subscription_of_ours_caused(stage: Watched, change: dict[str, Any]) -> None:
    answer = stage.post(stage.notice(**change))
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert kinds(stage) == ["subscribe"]
    [row] = stage.world.audited("event.refused")
    assert (row["connection"], row["reason"]) == ("sharepoint", "notice-unknown")


def test_a_good_one_among_bad_ones_counts(stage: Watched) -> None:
    assert stage.post(stage.notice(clientState="guess"), stage.notice()).status_code == 202
    assert kinds(stage) == ["changes", "subscribe"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value": []}', b'{"value": [7]}', b'{"value": [{}]}', b"\xff",
    b'{"value": [{"subscriptionId": "a", "clientState": "\\ud800"}]}',  # half a character has no bytes to hash
])  # fmt: skip
def test_what_is_no_notification(stage: Watched, body: bytes) -> None:
    answer = stage.world.client.post(NOTICES, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert kinds(stage) == ["subscribe"]


def test_one_that_is_about_to_end_is_renewed_at_once(stage: Watched) -> None:
    stage.world.clock.now += 1_000
    before = stage.library.ends_at("sub-1")
    stage.post(stage.notice(changeType=None, lifecycleEvent="reauthorizationRequired"))
    stage.world.run_jobs()
    assert stage.library.ends_at("sub-1") > before
    assert stage.library.made == 1


@pytest.mark.parametrize("event", ["subscriptionRemoved", "missed"])
def test_what_was_missed_is_looked_up(stage: Watched, event: str) -> None:
    session = stage.session()
    stage.analysed(session)
    stage.library.changed(CONTRACT, NEXT)
    if event == "subscriptionRemoved":
        told = stage.notice(lifecycleEvent=event)
        stage.library.subscriptions.clear()
    else:
        told = stage.notice(lifecycleEvent=event)
    assert stage.post(told).status_code == 202
    stage.world.run_jobs()
    assert len(stage.world.audited("analysis.given")) == 2
    assert stage.library.made == (2 if event == "subscriptionRemoved" else 1)
    if event == "subscriptionRemoved":
        assert stage.post(told).status_code == 403  # the old one is nobody's any more


def test_an_unknown_lifecycle_event_is_no_notification(stage: Watched) -> None:
    assert stage.post(stage.notice(lifecycleEvent="somethingNew")).status_code == 400


def test_the_question_is_answered_in_plain_text(stage: Watched) -> None:
    token = "Validation: Testing client application reachability for subscription <b>&\u00e9"
    answer = stage.world.client.post(NOTICES, query_string={"validationToken": token}, content_type="text/plain")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", token)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("token", ["x" * 1_025, "two\nlines", "\x00"])
def test_what_is_no_question_is_not_echoed(stage: Watched, token: str) -> None:
    answer = stage.world.client.post(NOTICES, query_string={"validationToken": token}, content_type="text/plain")
    assert answer.status_code == 415
    assert token not in answer.text


@pytest.mark.parametrize("connection", ["nobody", "acme", "office"])
def test_only_connections_that_watch_something_answer(stage: Watched, connection: str) -> None:
    path = f"/events/{connection}"
    asked = stage.world.client.post(path, query_string={"validationToken": "x"}, content_type="text/plain")
    assert asked.status_code in {403, 415}
    assert stage.post(stage.notice(), path=path).status_code == 403
    assert kinds(stage) == ["subscribe"]
