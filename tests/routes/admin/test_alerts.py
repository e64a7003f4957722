"""The alerts' page: what is wrong, for whom it concerns; and a test of the webhook, by who may send it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.admins import Role
from app.config import Secret
from app.config.table import AlertSettings
from app.figures.names import JOBS_DEAD, answered
from app.figures.stored import Figure
from tests.routes.admin._browser import AdminPages, words
from tests.world import World, running

PATH = "/admin/alerts"


@pytest.fixture
def told(world: World) -> Iterator[World]:
    alerts = AlertSettings(
        webhook="https://hooks.example.com/inlay", secrets=(Secret("whsec_QUJDREVGR0hJSktMTU5PUA=="),)
    )
    settings = replace(world.settings, alerts=alerts)
    with running(settings, world.clock) as (parts, runner):
        yield replace(world, settings=settings, parts=parts, runner=runner)


def wrong(world: World) -> None:
    """Something is wrong with one connection, and with the deployment."""
    rows = [Figure("acme", "", answered("unavailable"), 50), Figure("acme", "", answered("ready"), 50)]
    world.parts.figures.stored.add([*rows, Figure("", "", JOBS_DEAD, 1)], (), world.clock.now)
    world.parts.watch.look()


def test_when_all_is_well(world: World) -> None:
    said = words(AdminPages(world).get(PATH))
    assert "Nothing is wrong" in said
    assert "Uptime under 99.5 % No data – ≥ 99.50 % 24 hours" in said
    assert "Webhook Not set" in said


def test_what_is_wrong_what_it_means_and_what_was(world: World) -> None:
    wrong(world)
    ada = AdminPages(world)
    said = words(ada.get(PATH))
    assert "Error rate over 0.1 % acme critical since" in said
    assert "It was 50.00 % when it began" in said
    assert "Error rate over 0.1 % Beyond 50.00 % ≤ 0.10 % 30 min acme" in said
    world.clock.now += 7200
    world.parts.sealer.run()
    world.parts.watch.look()
    said = words(AdminPages(world).get(PATH))
    assert "Nothing is wrong" in said
    assert "What was wrong" in said
    assert "2 hours 50.00 %" in said


def test_whoever_looks_after_some_connections_sees_theirs(world: World) -> None:
    wrong(world)
    theirs = words(AdminPages(world, Role.CONNECTION_ADMIN, ["acme"]).get(PATH))
    assert "Error rate over 0.1 % acme" in theirs
    assert "Background jobs died critical" not in theirs
    assert "Webhook" not in theirs
    others = words(AdminPages(world, Role.CONNECTION_ADMIN, ["acme-pages"]).get(PATH))
    assert "Nothing is wrong" in others
    assert "50.00 %" not in others


def test_a_test_is_sent_by_an_operator(told: World) -> None:
    ada = AdminPages(told)
    answer = ada.post(f"{PATH}/test")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}?sent")
    assert "Test" in words(ada.get(f"{PATH}?sent"))
    assert "On its way" in words(ada.get(PATH))
    [message] = told.parts.watch.kept.messages(10)
    assert message.type == "alert.test"
    assert [row["admin"] for row in told.audited("alert.tested")] == ["Ada"]


def test_and_by_nobody_else(told: World) -> None:
    for role, connections in ((Role.CONNECTION_ADMIN, ()), (Role.AUDITOR, ()), (Role.OPERATOR, ["acme"])):
        assert AdminPages(told, role, connections).post(f"{PATH}/test").status_code == 403
    ada = AdminPages(told)
    assert ada.post(f"{PATH}/test", {"proof": "x"}).status_code == 403
    assert ada.post(f"{PATH}/test", Origin="https://evil.example").status_code == 403
    assert told.parts.watch.kept.messages(10) == []


def test_without_a_webhook_there_is_nothing_to_test(world: World) -> None:
    assert AdminPages(world).post(f"{PATH}/test").status_code == 400
