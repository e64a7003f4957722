"""What must reach no log and no stranger: tokens, record ids, host pages, viewers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.hosts._sign_in import HostTokens
from app.permissions import ALLOWED_FOR_S
from app.session import Sessions
from tests.core import server as core
from tests.world import LEAD, World

RECORD = LEAD.partition("/")[2]
PAGE = "https://acme.lightning.force.com/lightning/r/Lead/00QAB000003LeadAA2/view"
SECRETS = [
    RECORD,
    "zoe-oauth-token",
    "Zoë Müller",
    "u-17",
    "005AB000001ZzZzYAK",
    "lightning.force.com",
    "eyJ",
    "whsec_",
    "zoe-refresh-token",
]


def broken(*_: object) -> None:
    raise RuntimeError(f"{LEAD} zoe-oauth-token")


def bug(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    token = world.frame_token(token="zoe-oauth-token")
    monkeypatch.setattr(Sessions, "load", broken)
    monkeypatch.setattr(Sessions, "open", broken)
    return [
        world.badge(token),
        world.batch(token, [f"score-badge {LEAD} -"]),
        world.launch(token="zoe-oauth-token"),
        world.exchange(),
        world.client.post("/session/renew", data={"token": token}),
        world.client.delete("/session", headers={"Authorization": f"Bearer {token}"}),
    ]


def bug_in_a_flight(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr("app.scoring.decisions.Decisions.make", broken)
    return [world.launch(token="zoe-oauth-token"), world.exchange()]


def bug_in_a_job(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(world.runner, "_handlers", {"rescore": broken})
    world.looked_at()
    answer = world.event(LEAD)
    assert world.run_jobs() == 2  # its own, and that of the pages that read through it
    return [answer]


def good(world: World, _: pytest.MonkeyPatch) -> list[Any]:
    token = world.frame_token(token="zoe-oauth-token")
    element = world.element_token()
    renewed = world.client.post("/session/renew", data={"token": token})
    answers = [world.badge(token), world.batch(element, [f"score-card {LEAD} -"]), world.event(LEAD)]
    world.run_jobs()
    return [*answers, renewed, world.client.delete("/session", headers={"Authorization": f"Bearer {token}"})]


def bad(world: World, _: pytest.MonkeyPatch) -> list[Any]:
    token = world.element_token()
    used = {"signed_request": world.signed(token="zoe-oauth-token")}
    post = world.client.post
    return [
        post("/launch/acme?component=score-badge", data=used),
        post("/launch/acme?component=score-badge", data=used),
        post("/launch/acme?component=score-badge", data={"signed_request": used["signed_request"][:-9]}),
        post(f"/launch/{RECORD}?component={RECORD}", data=used),
        post("/launch/acme?component=score-badge", data={"signed_request": "x" * 1_000_000}),
        post("/launch/acme", json={"signed_request": used}, headers={"Referer": PAGE}),
        world.exchange(origin="https://evil.example"),
        world.batch(token + "x", [f"score-badge {LEAD} -"]),
        world.batch(token, [f"no-such {LEAD} -"]),
        world.batch(token, [f"score-badge {RECORD} -"]),
        world.badge(token, "Lead/00QAB000009LeadAA2"),
        world.event(LEAD, secret="whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"),
        world.client.get(f"/nothing/{RECORD}", headers={"Referer": PAGE}),
        world.client.put(f"/components/score-badge?record={LEAD}"),
    ]


def outside(world: World, _: pytest.MonkeyPatch) -> list[Any]:
    world.core.behave(core.changed(score=f"{LEAD} zoe-oauth-token"))
    answers = [world.launch(token="zoe-oauth-token")]
    world.clock.now += 4
    world.core.behave(core.dropped)
    answers.append(world.launch(token="zoe-oauth-token"))
    world.api.status = 500
    answers.append(world.launch(token="zoe-oauth-token"))
    world.api.status = 200
    world.api.dead.add("zoe-oauth-token")
    return [*answers, world.launch(token="zoe-oauth-token")]


def signed_in(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A sign-in's tokens: used, renewed, refused, revoked, and a bug on each way."""
    with world.signing_in() as here:
        token = here.signed_in(HostTokens("zoe-oauth-token", here.clock.now + 9_999, "zoe-refresh-token"))
        answers = [here.badge(token)]
        here.api.dead |= {"zoe-oauth-token", *(f"integration-{n}" for n in range(99))}
        here.clock.now += ALLOWED_FOR_S
        answers.append(here.badge(token))
        monkeypatch.setattr("app.hosts._code.read_token", broken)
        answers.append(here.badge(token))
        answers.append(here.client.delete("/session", headers={"Authorization": f"Bearer {token}"}))
        monkeypatch.setattr("app.hosts._code._post", broken)
        here.run_jobs()
        return answers


def away(world: World, _: pytest.MonkeyPatch) -> list[Any]:
    token = world.frame_token(token="zoe-oauth-token")
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
        conn.exec_driver_sql("ALTER TABLE sessions RENAME TO gone_too")
    return [world.launch(), world.exchange(), world.badge(token), world.event(LEAD), world.badge(token + "x")]


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """All that was logged at any level, or printed."""
    caplog.set_level(logging.DEBUG)

    def told() -> str:
        printed = capfd.readouterr()
        records = [f"{each.getMessage()} {each.args} {each.exc_text} {each.exc_info}" for each in caplog.records]
        return "\n".join([*records, printed.out, printed.err])

    return told


@pytest.mark.parametrize("kind", [good, bad, outside, signed_in, away, bug, bug_in_a_flight, bug_in_a_job])
def test_nothing_private_is_logged_and_no_stack_trace_answered(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    everything: Callable[[], str],
    kind: Callable[[World, pytest.MonkeyPatch], list[Any]],
) -> None:
    answers = kind(world, monkeypatch)
    told = everything()
    for secret in SECRETS:
        assert secret not in told, secret
    for answer in answers:
        for sign in ("Traceback", "RuntimeError", "sqlalchemy", "/app/", ".py", "zoe-oauth-token"):
            assert sign not in answer.text, answer.text
        assert "Set-Cookie" not in answer.headers


def test_a_bug_is_logged_with_its_place_and_the_reference_that_the_viewer_has(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = world.frame_token()
    monkeypatch.setattr(Sessions, "load", broken)
    answer = world.badge(token)
    assert answer.status_code == 500
    [record] = [each for each in caplog.records if each.name == "inlay"]
    assert "RuntimeError" in record.getMessage()
    assert "test_privacy.py" in record.getMessage()
    reference = answer.json["detail"].rpartition(" ")[2].strip(".")
    assert reference in record.getMessage()


def test_metrics_name_nobody(world: World) -> None:
    good(world, pytest.MonkeyPatch())
    bad(world, pytest.MonkeyPatch())
    text = world.client.get("/metrics").text
    assert "inlay_answers_total" in text
    for secret in SECRETS:
        assert secret not in text
    for line in text.splitlines():
        if line.startswith("inlay_metric_failures_total"):
            assert line.endswith(" 0.0")
