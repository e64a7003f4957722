"""Asks a core for analyses: at once where it can, else by its job, which is asked how far it is."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.analyses import Analysis
from app.core.client import CoreClient, unavailable
from app.core.parse import Insufficient, parse_error
from app.core.parse_analysis import Passages, parse_analysis, parse_job, parse_started
from app.errors import AnswerRefused, CoreUnavailable, InlayError
from app.net.door import Response
from app.net.retry import retry_after_s

PATIENCE_S = 2.0  # until a core that knows jobs answers with one: then there is progress to tell
SLOWEST_S = 300.0  # for all of an analysis
MAX_BYTES = 32_000_000  # of an answer
RECIPE_S = 60.0  # how long what a core says of its models is believed
_LEAST_S, _MOST_S, _USUAL_S = 0.1, 15.0, 1.0  # between two questions after a job
_ACCEPTED, _NOT_FOUND = 202, 404

Progress = Callable[[int, int], None]  # done, total


@dataclass(frozen=True, slots=True)
class Question:
    """A document to be analysed; `document` is what the wire has of it (name, media_type, sha256, text, pages)."""

    capability: str
    playbook: str
    document: Mapping[str, Any]


class Analyst:
    """Asks one core. For all threads; whoever asks is blocked until the answer is there."""

    def __init__(
        self,
        client: CoreClient,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        slowest_s: float = SLOWEST_S,
    ) -> None:
        self.name = client.name
        self._client, self._clock, self._sleep, self._slowest_s = client, clock, sleep, slowest_s
        self._recipes: dict[tuple[str, str], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def analyse(self, question: Question, passages: Passages, on_progress: Progress) -> Analysis:
        """`on_progress` is called in this thread. Raises CoreUnavailable, or AnswerRefused."""
        ends = self._clock() + self._slowest_s
        asked = {
            "capability": question.capability,
            "document": dict(question.document),
            "playbook": question.playbook,
            "deadline_ms": int(PATIENCE_S * 1000),
        }
        response = self._client.ask("POST", "/v1/analyse", lambda _: asked, self._slowest_s, MAX_BYTES)
        if response.status == _ACCEPTED:
            return self._of_job(parse_started(response.json()), _pause(response), ends, passages, on_progress)
        if not response.ok:
            raise _refusal(response)
        return parse_analysis(response.json(), passages)

    def recipe(self, capability: str, playbook: str) -> str:
        """Names the model and the playbook that would answer now, in a word; the same word: the same answer.

        A core that does not say has one recipe for ever, and one that is away the last one that it had.
        """
        known = self.known_recipe(capability, playbook)
        if known is not None:
            return known
        try:
            response = self._client.ask("GET", "/v1/capabilities", lambda _: None)
            said = _described(response.json(), capability, playbook) if response.ok else None
        except InlayError:
            with self._lock:
                return self._recipes.get((capability, playbook), (_word(capability, playbook, None), 0.0))[0]
        word = _word(capability, playbook, said)
        with self._lock:
            self._recipes[capability, playbook] = word, self._clock() + RECIPE_S
        return word

    def known_recipe(self, capability: str, playbook: str) -> str | None:
        """What `recipe` answers, if that is known without asking."""
        with self._lock:
            word, until = self._recipes.get((capability, playbook), ("", 0.0))
        return word if word and self._clock() < until else None

    def _of_job(self, job: str, pause_s: float, ends: float, passages: Passages, on_progress: Progress) -> Analysis:
        while self._clock() + pause_s < ends:
            self._sleep(pause_s)
            response = self._client.ask("GET", f"/v1/jobs/{job}", lambda _: None, None, MAX_BYTES)
            if response.status == _NOT_FOUND:  # it was started anew since; whoever asks again begins again
                raise CoreUnavailable(reason="core-job-lost")
            if not response.ok:
                raise unavailable(response)
            state = parse_job(response.json())
            if state.state == "done":
                return parse_analysis(state.result, passages, "result")
            if state.state == "failed":
                raise CoreUnavailable(reason=f"core-job-{state.error}")
            on_progress(state.done, state.total)
            pause_s = _pause(response, pause_s)
        raise CoreUnavailable(reason="core-job-too-long")


def _pause(response: Response, before_s: float = _USUAL_S) -> float:
    said = retry_after_s(response, time.time())
    return min(max(before_s if said is None else said, _LEAST_S), _MOST_S)


def _refusal(response: Response) -> CoreUnavailable:
    try:
        error = parse_error(response.json())
    except AnswerRefused:
        return unavailable(response)
    return unavailable(response, "core-insufficient" if isinstance(error, Insufficient) else error.reason)


def _described(said: Any, capability: str, playbook: str) -> Any:
    """What the core says of this capability's model and of this playbook; None when it says nothing."""
    listed = said.get("capabilities") if isinstance(said, dict) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("name") == capability:
            books = each.get("playbooks")
            named = [one for one in books if isinstance(one, dict)] if isinstance(books, list) else []
            book = next((one for one in named if not playbook or one.get("name") == playbook), {})
            return [each.get("model"), book.get("name"), book.get("version")]
    return None


def _word(capability: str, playbook: str, said: Any) -> str:
    told = json.dumps([capability, playbook, said], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
