"""The jobs' page: dead jobs are looked at, replayed and dropped by an operator; audited, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from app.admins import Role
from app.db import dead_jobs
from app.db.jobs import claim, enqueue, failed
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/jobs"


def die(world: World, kind: str, **payload: Any) -> int:
    with world.parts.database.begin() as conn:
        enqueue(conn, kind, payload, max_attempts=1)
    job = claim(world.parts.database, [kind], "me", 60, world.clock.now)
    assert job is not None
    failed(world.parts.database, job, "core-status-503", world.clock.now)
    return job.id


def dead(world: World) -> list[int]:
    return [each.id for each in dead_jobs.dead(world.parts.database, world.clock.now, "", 10)]


def test_the_list_says_why_and_names_nobody(world: World) -> None:
    assert "There are no jobs." in words(AdminPages(world).get(PATH))
    number = die(world, "score", connection="acme", records=["Lead/secret"])
    die(world, "revoke", viewer="zoe")
    page = AdminPages(world, Role.AUDITOR).get(PATH)
    assert f"{number} score acme 1 " in words(page)
    assert "core-status-503" in page.text
    assert "secret" not in page.text
    assert "checkbox" not in page.text
    assert f"{number} score" not in words(AdminPages(world).get(f"{PATH}?kind=revoke"))


def test_one_is_shown_to_an_operator(world: World) -> None:
    number = die(world, "score", connection="acme", records=["Lead/secret"])
    assert "Lead/secret" in AdminPages(world).get(f"{PATH}/{number}").text
    for role in (Role.AUDITOR, Role.CONNECTION_ADMIN):
        answer = AdminPages(world, role).get(f"{PATH}/{number}")
        assert answer.status_code == 403
        assert "secret" not in answer.text
    for unknown in ("99999", "x", "9" * 40):
        assert AdminPages(world).get(f"{PATH}/{unknown}").status_code == 404


def test_those_that_are_ticked_run_again(world: World) -> None:
    one, other = die(world, "score", connection="acme"), die(world, "score", connection="acme")
    ada = AdminPages(world)
    answer = ada.post(f"{PATH}/replay", {"id": [str(one)]})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}?done=replayed&n=1")
    assert "1 job was replayed." in words(ada.get(answer.headers["Location"]))
    assert dead(world) == [other]
    [row] = world.audited("job.replayed")
    assert (row["kind"], row["jobs"], row["connection"], row["admin"]) == ("score", 1, "acme", "Ada")


def test_all_of_a_kind_are_dropped(world: World) -> None:
    die(world, "score", connection="acme")
    die(world, "score", connection="acme-pages")
    other = die(world, "revoke")
    AdminPages(world).post(f"{PATH}/drop", {"kind": "score"})
    assert dead(world) == [other]
    assert [(row["connection"], row["jobs"]) for row in world.audited("job.dropped")] == [
        ("acme", 1),
        ("acme-pages", 1),
    ]


@pytest.mark.parametrize("form", [{}, {"id": ["1"], "kind": "score"}, {"id": ["x"]}, {"id": ["9" * 30]}])
def test_what_is_not_clear_does_nothing(world: World, form: dict[str, Any]) -> None:
    number = die(world, "score")
    assert AdminPages(world).post(f"{PATH}/drop", form).status_code == 400
    assert dead(world) == [number]


@pytest.mark.parametrize("act", ["replay", "drop"])
def test_nobody_else_changes_anything(world: World, act: str) -> None:
    number = die(world, "score")
    form = {"id": [str(number)]}
    for role, connections in ((Role.CONNECTION_ADMIN, ()), (Role.AUDITOR, ()), (Role.OPERATOR, ["acme"])):
        assert AdminPages(world, role, connections).post(f"{PATH}/{act}", form).status_code == 403
    ada = AdminPages(world)
    assert ada.post(f"{PATH}/{act}", form | {"proof": "x"}).status_code == 403
    assert ada.post(f"{PATH}/{act}", form, Origin="https://evil.example").status_code == 403
    assert dead(world) == [number]


def test_jobs_are_the_deployments_and_not_a_connections(world: World) -> None:
    assert AdminPages(world, Role.CONNECTION_ADMIN, ["acme"]).get(PATH).status_code == 403
