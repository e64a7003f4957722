"""A canary and the core beside it, compared by what they said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.application import create_app
from app.figures.arms import canaries, wanted
from app.figures.summary import summary
from tests.routes.admin._browser import AdminPages, words
from tests.world import LEAD, World, running
from tests.world import world as make_world


def test_what_both_arms_said_is_compared(tmp_path: Path) -> None:
    """As it is counted on the road, kept, and shown to who looks after the deployment."""
    with make_world(tmp_path) as whole:
        known = whole.settings.capabilities["lead_score"]
        cores = {**whole.settings.cores, "next": replace(whole.settings.cores["main"], name="next")}
        for percent, score in ((0, 72.0), (100, 31.0)):  # the main core first, then the canary for all
            tried = replace(known, canary="next", canary_percent=percent)
            settings = replace(whole.settings, cores=cores, capabilities={"lead_score": tried})
            with running(settings, whole.clock) as (parts, runner):
                client = create_app(parts).test_client()
                world = replace(whole, settings=settings, parts=parts, runner=runner, client=client)
                page = AdminPages(world)
                if percent == 0:
                    assert canaries(_read(world), [tried])[0].points is None
                world.core.score = score
                world.frame_token()
                parts.figures.flush()
                shown = words(page.get("/admin/figures"))
        [found] = canaries(_read(world), [tried])
        main, canary = found.arms
        assert (main.core, main.percent, main.scored, main.mean) == ("main", 0, 1, 72.0)
        assert (canary.core, canary.percent, canary.scored, canary.mean) == ("next", 100, 1, 31.0)
        assert (found.points, found.moved) == (-41.0, 1.0)
        assert "The canary's mean is 41 points lower; at least 100" in shown
        assert "inlay rollback lead_score" in shown
        assert "Canary of" not in AdminPages(world, connections=["acme"]).get("/admin/figures?connection=acme").text
        assert LEAD not in shown


@pytest.mark.parametrize("canary", ["", "next"])
def test_without_a_canary_nothing_is_asked_for(shared: World, canary: str) -> None:
    capability = replace(shared.settings.capabilities["lead_score"], canary=canary)
    assert bool(wanted([capability])) is bool(canary)
    assert len(canaries(_read(shared), [capability])) == bool(canary)


def _read(world: World):  # type: ignore[no-untyped-def]
    names = wanted([replace(world.settings.capabilities["lead_score"], canary="next")])
    return summary(world.parts.figures.stored, "", world.clock.now, "", names)
