"""The client against a real core that misbehaves in every way we know."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.config import CoreSettings
from app.core.client import CoreClient, Item
from app.core.credentials import authenticated
from app.core.parse import Insufficient
from app.core.shapes import Score
from app.errors import AnswerRefused, CoreUnavailable, InlayError
from app.metrics import NullMetrics
from app.net.door import Door
from app.net.retry import Breaker
from tests.core import server as core_server
from tests.core.server import Behaviour, Core, good, says, slow, status

SUBJECT = {"type": "Lead", "id": "00Qsecret", "connection": "crm"}
ITEMS = [Item(SUBJECT | {"id": str(n)}, {"n": n}) for n in range(3)]


@dataclass
class Key:
    """As much of a configured secret as the client uses."""

    text: str

    def reveal(self) -> str:
        return self.text


@pytest.fixture
def core() -> Iterator[Core]:
    with core_server.core_server() as core:
        yield core


@pytest.fixture
def make(core: Core) -> Iterator[Callable[..., CoreClient]]:
    """A client that does not wait between attempts."""
    door = Door(allow_private=["127.0.0.1"])

    def make(keys: tuple[str, ...] = (), **options: Any) -> CoreClient:
        settings = CoreSettings(
            name="main",
            url=core.url,
            auth="api-key" if keys else "none",
            api_keys=tuple(Key(key) for key in keys),  # type: ignore[misc]
            deadline=2.0,
        )
        options.setdefault("metrics", NullMetrics())
        return CoreClient(settings, authenticated(settings, door), sleep=lambda seconds: None, **options)

    yield make
    door.close()


@pytest.fixture
def client(make: Callable[..., CoreClient]) -> CoreClient:
    return make()


def test_a_question_and_its_answer(client: CoreClient, core: Core) -> None:
    score = client.score("lead_score", SUBJECT, {"size": 7, "nothing": float("nan")}, "panel", 1.5)
    assert isinstance(score, Score)
    assert score.value == 72
    path, body, _ = core.requests[0]
    assert path == "/v1/score"
    assert 1000 < body.pop("deadline_ms") <= 1500
    assert body == {
        "capability": "lead_score",
        "subject": SUBJECT,
        "features": {"size": 7, "nothing": None},
        "purpose": "panel",
    }


def test_a_batch_is_one_call_in_order(client: CoreClient, core: Core) -> None:
    core.behave(says({"results": [good(1), {"error": {"code": "insufficient-features"}}, good(101)]}))
    first, second, third = client.score_batch("lead_score", ITEMS)
    assert isinstance(first, Score)
    assert second == Insufficient()
    assert isinstance(third, AnswerRefused)
    assert core.asked == 1
    assert [item["features"] for item in core.requests[0][1]["items"]] == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_an_empty_batch_asks_nothing(client: CoreClient, core: Core) -> None:
    assert client.score_batch("lead_score", []) == []
    assert core.asked == 0


NONSENSE = {
    "html": core_server.HTML,
    "garbage": core_server.GARBAGE,
    "nan": core_server.NAN,
    "infinite": core_server.INFINITE,
    "out-of-range": core_server.OUT_OF_RANGE,
    "long-label": core_server.LONG_LABEL,
    "list": says([]),
    "empty": says({}),
}


@pytest.mark.parametrize("behaviour", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_and_not_repeated(client: CoreClient, core: Core, behaviour: Behaviour) -> None:
    core.behave(behaviour)
    with pytest.raises(AnswerRefused):
        client.score("lead_score", SUBJECT, {})
    assert core.asked == 1


@pytest.mark.parametrize("behaviour", [core_server.HTML, says({"results": [good()] * 2}), says([good()] * 3)])
def test_a_batch_of_nonsense_is_refused(client: CoreClient, core: Core, behaviour: Behaviour) -> None:
    core.behave(behaviour)
    with pytest.raises(AnswerRefused):
        client.score_batch("lead_score", ITEMS)


def test_markup_in_a_label_comes_through_as_text(client: CoreClient, core: Core) -> None:
    core.behave(core_server.MARKUP)
    score = client.score("lead_score", SUBJECT, {})
    assert isinstance(score, Score)
    assert score.factors[0].label == "<script>alert(1)</script>"


@pytest.mark.parametrize("code", [200, 400, 422])
def test_too_little_known_is_a_value_with_any_status(client: CoreClient, core: Core, code: int) -> None:
    core.behave(says({"error": {"code": "insufficient-features", "missing": ["size"]}}, code))
    assert client.score("lead_score", SUBJECT, {}) == Insufficient(("size",))


@pytest.mark.parametrize("code", [200, 422, 500])
def test_another_error_is_a_core_that_is_unavailable(client: CoreClient, core: Core, code: int) -> None:
    core.behave(says({"error": {"code": "model-loading"}}, code))
    with pytest.raises(CoreUnavailable) as caught:
        client.score("lead_score", SUBJECT, {})
    assert caught.value.reason == "core-error-model-loading"


@pytest.mark.parametrize("behaviour", [*map(status, (429, 502, 503, 504)), core_server.dropped])
def test_what_may_pass_is_asked_again(client: CoreClient, core: Core, behaviour: Behaviour) -> None:
    core.behave(behaviour, times=2)
    assert isinstance(client.score("lead_score", SUBJECT, {}), Score)
    assert core.asked == 3


@pytest.mark.parametrize("code", [202, 302, 400, 403, 404, 500, 501])
def test_what_will_not_pass_is_not(client: CoreClient, core: Core, code: int) -> None:
    core.behave(status(code))
    with pytest.raises(InlayError):
        client.score("lead_score", SUBJECT, {})
    assert core.asked == 1


def test_a_core_that_stays_down_is_unavailable_with_its_retry_after(client: CoreClient, core: Core) -> None:
    core.behave(status(503, Retry_After="60"))
    with pytest.raises(CoreUnavailable) as caught:
        client.score_batch("lead_score", ITEMS)
    assert (caught.value.reason, caught.value.retry_after_s) == ("core-status-503", 60.0)
    assert core.asked == 1  # 60 s do not fit into the deadline


def test_a_slow_core_costs_the_deadline_and_no_more(client: CoreClient, core: Core) -> None:
    core.behave(slow(2.0))
    started = time.monotonic()
    with pytest.raises(CoreUnavailable) as caught:
        client.score("lead_score", SUBJECT, {}, deadline_s=0.2)
    assert caught.value.reason == "timed-out"
    assert time.monotonic() - started < 1.0


def test_an_answer_over_the_cap_is_unavailable(client: CoreClient, core: Core) -> None:
    core.behave(core_server.TOO_BIG)
    with pytest.raises(CoreUnavailable) as caught:
        client.score("lead_score", SUBJECT, {})
    assert caught.value.reason == "body-too-large"
    assert core.asked == 1


def test_a_core_that_keeps_failing_is_left_alone_for_a_while(make: Callable[..., CoreClient], core: Core) -> None:
    now = [0.0]
    client = make(clock=lambda: now[0], breaker=Breaker(threshold=2, cooldown_s=10))
    core.behave(status(500))
    for _ in range(2):
        with pytest.raises(CoreUnavailable):
            client.score("lead_score", SUBJECT, {})
    with pytest.raises(CoreUnavailable) as caught:
        client.score("lead_score", SUBJECT, {})
    assert (caught.value.reason, caught.value.retry_after_s) == ("breaker-open", 10.0)
    assert core.asked == 2
    core.behave()
    now[0] = 10.0
    assert isinstance(client.score("lead_score", SUBJECT, {}), Score)
    assert client.breaker.opened_at is None


def test_nonsense_does_not_open_the_breaker(make: Callable[..., CoreClient], core: Core) -> None:
    """One record that makes a core talk nonsense must not take the others' scores away."""
    client = make(breaker=Breaker(threshold=1))
    core.behave(core_server.NAN, times=3)
    for _ in range(3):
        with pytest.raises(AnswerRefused):
            client.score("lead_score", SUBJECT, {})
    assert isinstance(client.score("lead_score", SUBJECT, {}), Score)


def test_api_keys_rotate_without_a_failure(make: Callable[..., CoreClient], core: Core) -> None:
    client = make(keys=("new", "old"))
    for accepted, calls in (("new", 1), ("old", 2), ("old", 1), ("new", 2), ("new", 1)):
        core.api_key = accepted
        before = core.asked
        assert isinstance(client.score("lead_score", SUBJECT, {}), Score)
        assert core.asked - before == calls
    core.api_key = "neither"
    with pytest.raises(CoreUnavailable) as caught:
        client.score("lead_score", SUBJECT, {})
    assert caught.value.reason == "core-error-unauthorized"


def test_health_says_why_not(client: CoreClient, core: Core) -> None:
    client.health()
    core.behave(status(503))
    with pytest.raises(CoreUnavailable, match="Not available") as caught:
        client.health()
    assert caught.value.reason == "core-status-503"
    core.behave(core_server.dropped)
    with pytest.raises(CoreUnavailable):
        client.health()
    assert [path for path, _, _ in core.requests] == ["/healthz"] * 3


def test_each_question_is_measured_once(make: Callable[..., CoreClient], core: Core) -> None:
    metrics = NullMetrics()
    client = make(metrics=metrics)
    core.behave(status(503), times=1)
    client.score("lead_score", SUBJECT, {})
    core.behave(core_server.dropped)
    with pytest.raises(CoreUnavailable):
        client.score("lead_score", SUBJECT, {})
    assert metrics.counted == {
        ("core_calls", "main", "2xx"): 1,
        ("core_calls", "main", "exchange-failed"): 1,
        ("core_records", "main"): 2,
    }


def test_no_record_and_no_key_is_in_a_log_or_an_error(
    make: Callable[..., CoreClient], core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = make(keys=("key-secret",))
    for behaviour in (*NONSENSE.values(), core_server.dropped, status(500)):
        core.behave(behaviour)
        with pytest.raises(InlayError) as caught:
            client.score("lead_score", SUBJECT, {"name": "feature-secret"})
        text = f"{caught.value} {caught.value.reason} {caplog.text}"
        assert "secret" not in text
