"""Popular is what was looked at often lately."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core import popular
from app.core.popular import LOOKS, WINDOW_S, Popular, ahead_s
from app.launch import Record
from tests.core.scored import KEY

OTHER = replace(KEY, record=Record("Lead", "2"))


def test_what_was_looked_at_often_lately() -> None:
    now = [0.0]
    keys = Popular(lambda: now[0])
    for _ in range(LOOKS):
        keys.looked([KEY])
    keys.looked([OTHER])
    assert keys.keys() == [KEY]
    now[0] = WINDOW_S + 1
    keys.looked([OTHER])  # a new window; the one before it still counts
    keys.looked([OTHER])
    assert set(keys.keys()) == {KEY, OTHER}
    now[0] = 2 * WINDOW_S + 2
    keys.looked([OTHER])
    assert keys.keys() == [OTHER]


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(popular, "MOST", 10)
    keys = Popular(lambda: 0.0)
    for n in range(1000):
        keys.looked([replace(KEY, record=Record("Lead", str(n)))] * LOOKS)
    assert len(keys.keys()) <= 22


@pytest.mark.parametrize(("ttl", "ahead"), [(900, 90), (60, 10), (20, 10), (4, 2)])
def test_how_long_before_its_end_a_score_is_asked_anew(ttl: float, ahead: float) -> None:
    assert ahead_s(ttl) == ahead
