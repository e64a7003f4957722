"""The twin of our addresses: flows by the clock, failures by the scene, cards for badges."""

from __future__ import annotations

import pytest

from app.errors import Denied, InlayError, RateLimited
from app.preview.book import Edition
from app.preview.scene import Scene
from app.preview.wire import at, failing, said


def test_a_flow_goes_on_by_itself(edition: Edition) -> None:
    scene = Scene("score-badge", "pending", flow=True)
    assert said(edition, scene, "score-badge", elapsed=0.5).state == "pending"
    assert said(edition, scene, "score-badge", elapsed=2.5).state == "ready"
    assert at(edition, scene, 99).story == "ready"


def test_a_story_stays_unless_it_is_played(edition: Edition) -> None:
    assert said(edition, Scene("score-badge", "pending"), "score-badge", elapsed=99).state == "pending"


def test_a_badge_opens_the_card_of_the_same_state(edition: Edition) -> None:
    scene = Scene("score-badge", "denied")
    assert said(edition, scene, "score-card", "Lead/1").state == "denied"
    assert said(edition, Scene("score-badge", "full-marks"), "score-card").state == "ready"


def test_states_have_the_status_that_the_server_answers_with(edition: Edition) -> None:
    assert said(edition, Scene("score-badge", "denied"), "score-badge").status == 403
    assert said(edition, Scene("score-badge", "error"), "score-badge").status == 503


@pytest.mark.parametrize(("net", "error"), [("403", Denied), ("429", RateLimited), ("500", InlayError)])
def test_a_network_can_be_bad(net: str, error: type[InlayError]) -> None:
    with pytest.raises(error):
        failing(Scene("score-badge", "ready", net=net))
    failing(Scene("score-badge", "ready"))
