"""How far a list is."""

from __future__ import annotations

from app.db import Database
from app.db.warms import KEPT_S, Run

ONE, OTHER = Run("crm", "lead_score", "a" * 64), Run("crm", "lead_score", "b" * 64)


def test_a_run_goes_on_until_it_is_over(database: Database) -> None:
    assert ONE.begun(database) == (0, 0.0)
    for done in (200, 400):
        with database.begin() as conn:
            ONE.reach(conn, done, 1_000.0 + done)
    assert ONE.begun(database) == (400, 1_400.0)
    assert OTHER.begun(database) == (0, 0.0)
    with database.begin() as conn:
        ONE.end(conn, 2_000.0)
    assert ONE.begun(database) == (0, 0.0)


def test_what_nobody_went_on_with_is_forgotten(database: Database) -> None:
    with database.begin() as conn:
        OTHER.reach(conn, 200, 1_000.0)
        ONE.end(conn, 1_000.0 + KEPT_S)
    assert OTHER.begun(database) == (200, 1_000.0)
    with database.begin() as conn:
        ONE.end(conn, 1_001.0 + KEPT_S)
    assert OTHER.begun(database) == (0, 0.0)
