"""Each reason has its sentence and its mend."""

from __future__ import annotations

from typing import get_args

from app.hosts._write import Why
from app.review.write_back.reasons import REASONS, reason


def test_every_refusal_has_its_words() -> None:
    assert {*get_args(Why)} <= {*REASONS}
    assert all(what and mend for what, mend in REASONS.values())


def test_whatever_else_it_waits_for_is_a_host_that_is_away() -> None:
    assert reason("host-status-503") == reason("SERVER_UNAVAILABLE")
    assert "by itself" in reason("host-status-503")[1]
