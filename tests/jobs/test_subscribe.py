"""The jobs around a library: each hands its payload on, and comes back by itself."""

from __future__ import annotations

from pathlib import Path

from app.jobs import changes, subscribe
from tests.hosts._proofs import DRIVE
from tests.library import CONTRACT, NEXT
from tests.watching import watched


def test_both_are_run_for_what_they_name(tmp_path: Path) -> None:
    with watched(tmp_path) as stage:
        keeper = stage.world.runner._handlers["subscribe"].args[0]  # type: ignore[attr-defined]
        subscribe.handle(keeper, {"connection": "sharepoint"})
        assert stage.library.made == 1
        stage.library.changed(CONTRACT, NEXT)
        changes.handle(keeper, {"connection": "sharepoint", "drive": DRIVE})
        with stage.world.parts.database.read() as conn:
            told = conn.exec_driver_sql("SELECT key FROM changes WHERE kind = 'analysis'").scalars().all()
        assert told == [CONTRACT]
        subscribe.handle(keeper, {"connection": "sharepoint", "failures": 3, "renew": True})
        assert stage.world.audited("subscription.renewed")
