"""How far a connection has come: published, its package taken, the first launch, the first score, the first view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from app.db import Database
from app.db.schema import audit
from app.health.diagnosis import Finding

EVENTS = ("package.given", "launch.accepted", "answer.given", "analysis.given", "view.shown")


@dataclass(frozen=True, slots=True)
class Line:
    """One of the steps; `text` says what to do while it has not come."""

    key: str
    title: str
    state: Literal["ok", "wait", "bad"]
    text: str


def came(database: Database, connection: str) -> frozenset[str]:
    """Which of the events there ever were; all of them where there was a view. Raises StoreUnavailable."""
    with database.read() as conn:
        if _was(conn, connection, "view.shown"):  # asked first: of whoever has millions of rows, it is among the first
            return frozenset(EVENTS)
        return frozenset(event for event in EVENTS if _was(conn, connection, event))


def _was(conn: Connection, connection: str, event: str) -> bool:
    """In the order of the index that begins with the connection: the one by events holds everybody's."""
    c = audit.c
    query = select(c.seq).where(c.connection == connection, c.event == event)
    return conn.execute(query.order_by(c.viewer, c.record, c.seq).limit(1)).first() is not None


def lines(
    published: bool, holds: bool, refused: str, seen: frozenset[str], worst: Finding | None, public_url: str
) -> list[Line]:
    """The five lines. `published`: what was published last has the connection; `refused`: why it is not taken over
    here; `worst`: the layer that fails."""
    launch, view = "launch.accepted" in seen, "view.shown" in seen
    score = bool(seen & {"answer.given", "analysis.given"}) or view
    failing = f"{worst.what} {worst.mend}".strip() if worst else ""
    return [
        _published(published, holds, refused),
        _line("package", "Its package is taken", "package.given" in seen or launch, "", _PACKAGE),
        _line("launch", "The first launch", launch, failing, _LAUNCH.format(public_url)),
        _line("score", "The first score", score, failing if launch else "", _SCORE),
        _line("view", "The first view", view, failing if launch else "", _VIEW),
    ]


_PACKAGE = "Download it here, or build it: inlay package build. Then do the steps below at the host."
_LAUNCH = "Open a page with the panel, as a viewer. Nothing has reached {} from there yet."
_SCORE = "It comes with the first launch: the host's fields are read, and the core is asked."
_VIEW = "It comes when somebody has a panel with its answer in front of them."


def _published(published: bool, holds: bool, refused: str) -> Line:
    title = "The configuration is published"
    if holds:
        return Line("published", title, "ok", "It holds here.")
    if refused:
        mend = "Look whether its secrets are on this machine too (inlay secret list), then publish again."
        return Line("published", title, "bad", f"This machine could not take it over ({refused}). {mend}")
    if published:
        return Line("published", title, "wait", "Every running server takes it over within seconds.")
    return Line("published", title, "wait", "It is not in what holds. Publish it, or: inlay reload")


def _line(key: str, title: str, there: bool, failing: str, mend: str) -> Line:
    if there:
        return Line(key, title, "ok", "Done.")
    return Line(key, title, "bad" if failing else "wait", failing or mend)
