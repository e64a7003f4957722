"""Attempts to sign in as rows: each step is one transaction, taken by whoever comes first, and never twice.

    started -> asking -> answered -> connected -> done
                   \\-> failed (wrong, refused, cancelled, too many tries)

A process that dies in the middle leaves a row that ends by itself. Nothing of it is a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from app.db.database import Database
from app.db.insert_new import insert_new
from app.db.schema import sign_ins


class Step(StrEnum):
    """How far a sign-in is."""

    STARTED = "started"  # the window is on its way to the host
    ASKING = "asking"  # the host's answer is being checked
    ANSWERED = "answered"  # the host said who it is; the viewer has not agreed yet
    CONNECTED = "connected"  # the viewer agreed; a code waits to be redeemed
    DONE = "done"  # redeemed
    FAILED = "failed"


_OVER = {"secrets": None, "result": None, "code": None}  # what an attempt that is over need not hold


def add(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep a new attempt; False when its challenge was used before."""
    return insert_new(conn, sign_ins, row, ("challenge",))


def find(database: Database, name: str) -> Row[Any] | None:
    """An attempt by its id."""
    with database.read() as conn:
        return conn.execute(select(sign_ins).where(sign_ins.c.id == name)).first()


def of_challenge(database: Database, challenge: str) -> Row[Any] | None:
    """An attempt by what its frame made of its secret."""
    with database.read() as conn:
        return conn.execute(select(sign_ins).where(sign_ins.c.challenge == challenge)).first()


def step(conn: Connection, row: Row[Any], to: Step, **values: Any) -> bool:
    """Go on from where `row` is; False when somebody else was here first. An attempt that is over is wiped."""
    wiped = _OVER if to in {Step.DONE, Step.FAILED} else {}
    taken = update(sign_ins).where(sign_ins.c.id == row.id, sign_ins.c.step == row.step)
    return conn.execute(taken.values(step=to, **wiped, **values)).rowcount == 1


def spend_try(conn: Connection, row: Row[Any], most: int) -> bool:
    """Count a try before its code is looked at: guesses made at the same moment count too. False: none is left."""
    c = sign_ins.c
    left = update(sign_ins).where(c.id == row.id, c.step == Step.CONNECTED, c.code == row.code, c.tries < most)
    return conn.execute(left.values(tries=c.tries + 1)).rowcount == 1


def prune(conn: Connection, now: float) -> list[Row[Any]]:
    """Forget the attempts that are past their end; those of them whose tokens nobody fetched."""
    c = sign_ins.c
    unfetched = conn.execute(select(sign_ins).where(c.expires_at < now, c.result.is_not(None))).all()
    conn.execute(delete(sign_ins).where(c.expires_at < now))
    return list(unfetched)
