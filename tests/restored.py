"""A deployment that is backed up while it is used, and the one that is made of the backup."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from app.admins import Role
from app.application import create_app
from app.audit import AuditLog
from app.db import Database, leases
from app.db.jobs import claim, enqueue
from app.db.schema import audit, epoch
from app.db.schema_jobs import quotas
from app.metrics import Metrics
from app.restoring import Restored, settle
from app.rollouts import Reach, Rollout
from app.session.bearer import SESSION_LIFE_S
from app.session.revoking import revoke
from tests.hosts._proofs import CLOCK, GUEST
from tests.world import LEAD, World
from tests.world import world as make_world

FIELDS = ["activity", "company_size", "AnnualRevenue"]


def launched(world: World, token: str) -> Any:
    """Whatever comes of a launch with this proof."""
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "connection": "acme-pages",
        "component": "score-badge", "records": [LEAD],
    }  # fmt: skip
    client = create_app(world.parts).test_client()
    return client.post("/session", data=form, headers={"Origin": GUEST["origins"][0]})


def proof(world: World) -> str:
    return world.token(record=[LEAD], component="score-badge", fields=FIELDS)


@dataclass
class Before:
    """What was true when the backup was begun."""

    used: list[str] = field(default_factory=list)  # proofs
    sessions: list[str] = field(default_factory=list)  # tokens
    audited: int = 0
    life: str = ""


def in_use(world: World) -> Before:
    """All that a backup may catch in the middle."""
    before = Before()
    for _ in range(3):
        before.used.append(proof(world))
        answer = launched(world, before.used[-1])
        assert answer.status_code == 200, answer.text
        before.sessions.append(answer.json["access_token"])
    parts, now = world.parts, world.clock.now
    parts.rollouts.set(Rollout("acme-carried", "", Reach.OFF, 0.0), "Ada")
    revoke(parts.database, parts.audit, "acme", "", "", now)
    parts.admins.link("Ada", Role.OPERATOR, ())
    with parts.database.begin() as conn:
        enqueue(conn, "rescore", {"connection": "acme", "record": LEAD}, run_at=now)
        conn.execute(insert(quotas).values(name="core:main", free_at=now + 30))
        key = f"acme-pages|lead_score|||{LEAD}"
        assert leases.take(conn, {key: 0}, "a process that is gone", now, now + 30)
    assert claim(parts.database, ["rescore"], "a process that is gone", 15.0, now)
    with parts.database.read() as conn:
        before.audited = conn.execute(select(func.count()).select_from(audit)).scalar_one()
        before.life = conn.execute(select(epoch.c.life)).scalar_one()
    return before


def backed_up_while_used(world: World, back_up: Callable[[], None], viewers: int = 2) -> Before:
    """Viewers come and go while the backup is made; what was answered before it began must be in it."""
    before, over, trouble = in_use(world), threading.Event(), list[str]()

    def come() -> None:
        while not over.is_set():
            answer = launched(world, proof(world))
            if answer.status_code != 200:
                trouble.append(answer.text)

    threads = [threading.Thread(target=come) for _ in range(viewers)]
    for thread in threads:
        thread.start()
    try:
        back_up()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert trouble == []
    return before


@contextmanager
def restored(folder: Path, url: str, step_s: float) -> Iterator[tuple[World, Restored]]:
    """A new deployment on the restored database, whose clock is another by `step_s`."""
    now = CLOCK + step_s
    database = Database(url)
    found = settle(database, AuditLog(database, lambda: now, Metrics()), lambda: now)
    database.close()
    with make_world(folder, store=url) as world:
        world.clock.now = now + 1
        yield world, found


def check(world: World, found: Restored, before: Before, step_s: float) -> None:
    """Nothing is accepted that was used or ended, nothing waits for somebody who is gone or for a time ahead."""
    over = step_s > SESSION_LIFE_S  # by this clock they had ended by themselves
    assert found.sessions >= (0 if over else len(before.sessions))
    assert found.ahead_s == max(0.0, -step_s)
    for old in before.used:
        assert launched(world, old).status_code == 400
    if not step_s:
        assert {row["reason"] for row in world.audited("launch.refused")} == {"used"}
    for token in before.sessions:
        assert world.batch(token, [f"score-badge {LEAD} -"]).status_code == 401
    with world.parts.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(audit)).scalar_one() > before.audited
        assert conn.execute(select(epoch.c.life)).scalar_one() != before.life
    assert not world.parts.rollouts.shows("acme-carried", "score-badge", "zoe")
    assert world.run_jobs() >= 1  # the one that somebody had who is gone
    assert (world.launch().status_code, world.audited("launch.accepted")[-1]["connection"]) == (200, "acme")
    world.core.score = 55.0
    assert world.event(LEAD).status_code == 202
    world.run_jobs()
    world.parts.epochs.look()
    answer = launched(world, proof(world))
    assert answer.status_code == 200, answer.text
    assert ">55<" in answer.json["fragments"][0]["html"]
    assert answer.json["fragments"][0]["state"] == "ready"
