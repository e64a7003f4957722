"""`inlay check` says which core takes no feedback although it is to be told."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app.core.client import identity
from app.db import Database
from app.db.feedback import refused
from app.health.feedback import feedback
from tests.review.feedback.test_feedback import taking
from tests.world import world


def test_a_core_that_takes_none_is_named_with_its_mend(tmp_path: Path) -> None:
    with world(tmp_path) as here, closing(Database(here.settings.store.url)) as store:
        settings = taking(here.settings)
        assert [*feedback(here.settings, store)] == []
        assert [each.level for each in feedback(settings, store)] == ["ok"]
        with store.begin() as conn:
            refused(conn, identity(settings.cores["main"]), 404, 1_795_000_000.0)
        [found] = feedback(settings, store)
        assert (found.level, "404 on 2026-11-18" in found.what) == ("problem", True)
        moved = replace(settings, cores={"main": replace(settings.cores["main"], url="http://127.0.0.1:9")})
        assert [each.level for each in feedback(moved, store)] == ["ok"]
