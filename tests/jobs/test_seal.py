"""Sealing as a job: what the road wrote is sealed beside it, and the job comes back."""

from __future__ import annotations

from app.application import begin_jobs
from tests.world import World


def test_what_was_written_is_sealed_and_again_later(world: World) -> None:
    begin_jobs(world.parts)
    world.looked_at()
    sealed: list[str] = []
    for _ in range(2):
        world.clock.now += world.settings.store.seal_every
        world.run_jobs()
        sealed.append(world.settings.store.anchors.read_text())
        world.launch()
    assert sealed[0].count('"family":"decision"') == 2
    assert len(sealed[1]) > len(sealed[0])
