"""What was written a moment ago is not written again."""

from __future__ import annotations

import pytest

from app.errors import StoreUnavailable
from app.web.echoes import Echoes
from tests.world import LEAD, Clock, World


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


def test_the_same_again_has_the_same_reference_and_no_row(clock: Clock) -> None:
    echoes, written = Echoes(clock), list[str]()
    first = echoes.once("launch", "acme", "used", write=written.append)
    assert echoes.once("launch", "acme", "used", write=written.append) == first
    other = echoes.once("launch", "acme", "expired", write=written.append)
    assert written == [first, other]
    clock.now += Echoes.SECONDS
    assert echoes.once("launch", "acme", "used", write=written.append) != first
    assert len(written) == 3


def test_who_has_to_wait_is_written_once_a_minute(clock: Clock) -> None:
    echoes, written = Echoes(clock), list[str]()
    for _ in range(7):
        echoes.once("a", write=written.append, long=True)
        clock.now += 10
    assert len(written) == 2


def test_what_could_not_be_written_is_tried_again(clock: Clock) -> None:
    echoes, written = Echoes(clock), list[str]()

    def away(_: str) -> None:
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        echoes.once("a", write=away)
    echoes.once("a", write=written.append)
    assert len(written) == 1


@pytest.mark.parametrize(
    ("event", "path", "sent"),
    [
        ("launch.refused", "/launch/acme?component=score-badge", {"data": {"signed_request": "a.b"}}),
        ("request.refused", "/session", {"data": {"grant_type": "x"}}),
        ("session.refused", "/components:batch", {"data": {"token": "x"}}),
        ("event.refused", "/events/acme", {"json": {}}),
    ],
)
def test_garbage_writes_one_row_and_is_refused_each_time(world: World, event: str, path: str, sent: dict) -> None:  # type: ignore[type-arg]
    answers = [world.client.post(path, **sent) for _ in range(5)]
    assert len({answer.status_code for answer in answers}) == 1
    assert answers[0].status_code >= 400
    assert len(world.audited(event)) == 1
    world.clock.now += Echoes.SECONDS
    world.client.post(path, **sent)
    assert len(world.audited(event)) == 2


def test_the_reference_that_a_viewer_reads_is_in_the_audit(world: World) -> None:
    answers = [world.exchange(records=[LEAD], aud="https://other.example").json for _ in range(3)]
    [row] = world.audited("launch.refused")
    assert {answer["reference"] for answer in answers} == {row["reference"]}
