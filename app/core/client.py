"""The client of a scoring core: asks within a deadline, again where that is safe, believes only the shape."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from app.config import CoreSettings
from app.core.checks import finite
from app.core.parse import Insufficient, parse_error, parse_result, parse_results
from app.core.shapes import Score
from app.errors import AnswerRefused, CoreUnavailable, InlayError, OutboundError
from app.metrics import Metrics
from app.net.door import Caller, Request, Response
from app.net.retry import Breaker, Circuit, Retry, retry_after_s, run


class Item(NamedTuple):
    """One record of a question: who it is (for tracing) and what is known of it."""

    subject: Mapping[str, str]
    features: Mapping[str, Any]


def identity(core: CoreSettings) -> str:
    """Names a core by its name, its address and the model there: another of them is another version of it, as far as
    we can know."""
    model = f"\n{core.model}\n{core.model_version}" if core.is_mapped else ""
    return hashlib.sha256(f"{core.name}\n{core.url}{model}".encode()).hexdigest()[:16]


class CoreClient:
    """Speaks the native protocol (`openapi-core.json`) with one core. Shared by all threads.

    Scoring reads and changes nothing at the core, so a question may be repeated whatever became of it.
    """

    def __init__(
        self,
        settings: CoreSettings,
        door: Caller,  # who shows the core who we are, where it asks (`app/core/credentials.py`)
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        *,
        sleep: Callable[[float], None] = time.sleep,
        retry: Retry = Retry(),  # noqa: B008 - a frozen value
        breaker: Breaker = Breaker(),  # noqa: B008 - a frozen value
    ) -> None:
        self.name, self.identity = settings.name, identity(settings)
        self._url = settings.url.rstrip("/")
        self.deadline_s = settings.deadline
        self._door, self._metrics = door, metrics
        self._clock, self._sleep = clock, sleep
        self._retry = retry
        self._circuit = Circuit(breaker, clock)

    def score(
        self,
        capability: str,
        subject: Mapping[str, str],
        features: Mapping[str, Any],
        purpose: str = "panel",
        deadline_s: float | None = None,
    ) -> Score | Insufficient:
        """The score of one record. Raises CoreUnavailable, or AnswerRefused."""
        asked = _question(capability, Item(subject, features), purpose)
        self._metrics.count("core_records", core=self.name)
        response = self.ask("POST", "/v1/score", lambda left_s: asked | _deadline(left_s), deadline_s)
        if not response.ok:
            return self._no_score(response)
        result = parse_result(response.json())
        if isinstance(result, CoreUnavailable):
            raise result
        return result

    def score_batch(
        self,
        capability: str,
        items: Sequence[tuple[Mapping[str, str], Mapping[str, Any]]],
        purpose: str = "panel",
        deadline_s: float | None = None,
    ) -> list[Score | Insufficient | InlayError]:
        """The scores of up to 200 records in one call, in their order. A bad answer for one is an error at
        its place. Raises CoreUnavailable, or AnswerRefused when the answer as a whole is bad."""
        if not items:
            return []
        asked = [_question(capability, Item(*item), purpose) for item in items]
        self._metrics.count("core_records", n=len(items), core=self.name)
        response = self.ask(
            "POST",
            "/v1/score:batch",
            lambda left_s: {"items": [each | _deadline(left_s) for each in asked]},
            deadline_s,
        )
        if not response.ok:
            raise unavailable(response)
        return parse_results(response.json(), [item[0] for item in items])

    def native_request(self, capability: str, items: Sequence[Item], purpose: str) -> tuple[str, Any]:
        """Where a question goes, and its body: of one record, or of several."""
        asked = [_question(capability, item, purpose) | _deadline(self.deadline_s) for item in items]
        return ("/v1/score", asked[0]) if len(asked) == 1 else ("/v1/score:batch", {"items": asked})

    def health(self) -> None:
        """Is the core there? Raises CoreUnavailable. Asks once, also when the breaker is open."""
        self._look("/healthz")

    def _look(self, path: str) -> Response:
        """What is at an address there. Raises CoreUnavailable. Asks once, also when the breaker is open."""
        try:
            response = self._door.call(Request("GET", self._url + path, deadline_s=self.deadline_s))
        except OutboundError as error:
            raise CoreUnavailable(reason=error.reason) from error
        if not response.ok:
            raise unavailable(response)
        return response

    @property
    def breaker(self) -> Breaker:
        """How it stands, for the dashboard."""
        return self._circuit.breaker

    def ask(
        self,
        method: str,
        path: str,
        body: Callable[[float], Any],
        deadline_s: float | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """The core's answer, if it is one to our question; `body` is given the seconds left. Raises CoreUnavailable.

        A core that answers nonsense or refuses is up; the breaker is there for one that does not answer, and would
        make every viewer wait for it.
        """
        if not self._circuit.admit():
            raise CoreUnavailable(reason="breaker-open", retry_after_s=self._circuit.retry_after_s())
        outcome = "error"
        retry = replace(self._retry, deadline_s=self.deadline_s if deadline_s is None else deadline_s)
        try:
            response = run(
                retry,
                lambda left_s: self._door.call(
                    Request(method, self._url + path, json=body(left_s), deadline_s=left_s, max_bytes=max_bytes)
                ),
                clock=self._clock,
                sleep=self._sleep,
            )
            outcome = f"{response.status // 100}xx"
        except OutboundError as error:
            outcome = error.code
            self._circuit.failed()
            raise CoreUnavailable(reason=error.reason) from error
        finally:
            self._metrics.count("core_calls", core=self.name, outcome=outcome)
        if response.status >= 500:
            self._circuit.failed()
        else:
            self._circuit.succeeded()
        return response

    def _no_score(self, response: Response) -> Insufficient:
        """What stands in the place of a score when the status says that there is none."""
        try:
            error = parse_error(response.json())
        except AnswerRefused:
            raise unavailable(response) from None
        if isinstance(error, Insufficient):
            return error
        raise unavailable(response, error.reason)


def unavailable(response: Response, reason: str = "") -> CoreUnavailable:
    """What an answer that is none means, with its Retry-After."""
    wait_s = retry_after_s(response, time.time())
    return CoreUnavailable(reason=reason or f"core-status-{response.status}", retry_after_s=wait_s)


def _question(capability: str, item: Item, purpose: str) -> dict[str, Any]:
    features = {name: finite(value) for name, value in item.features.items()}
    return {"capability": capability, "subject": dict(item.subject), "features": features, "purpose": purpose}


def _deadline(left_s: float) -> dict[str, int]:
    return {"deadline_ms": max(int(left_s * 1000), 1)}
