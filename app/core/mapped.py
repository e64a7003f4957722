"""The client of a core that speaks another protocol than ours: asks and hears it through a map.

A map only moves values. What is said of a record is then read by the same strict parse as any core's answer, so that
a map that does not fit, or a core that changed, is a refusal with its place and never a number by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from app.config import CapabilitySettings, CoreSettings
from app.config.expressions import Expression, MapRefusedError, parsed
from app.core.client import CoreClient, Item, unavailable
from app.core.maps import ANALYSIS, SCORE, Map, document_question, map_of, question
from app.core.parse import Insufficient, parse_results
from app.core.shapes import Score
from app.core.versions import Versions
from app.errors import AnswerRefused, CoreUnavailable, InlayError
from app.net.door import Response

AT_ONCE = 4  # questions to a core that takes one record at a time
MOST_SPLITS = 24  # questions more, at most, to find the records that a core does not take
_NOT_TAKEN = frozenset({400, 422})

Subject = Mapping[str, str]
Asked = Sequence[tuple[Subject, Mapping[str, Any]]]
Result = Score | Insufficient | InlayError


class MappedClient(CoreClient):
    """Asks one core through its map. Shared by all threads."""

    def __init__(
        self, settings: CoreSettings, *parts: Any, capabilities: Mapping[str, CapabilitySettings], **options: Any
    ) -> None:
        super().__init__(settings, *parts, **options)
        self.settings, self._capabilities = settings, capabilities
        self._maps = {kind: found for kind in (SCORE, ANALYSIS) if (found := map_of(settings, kind)) is not None}
        self._versions = Versions(lambda path: self._look(self._at(path)), self._clock)

    def score(
        self,
        capability: str,
        subject: Subject,
        features: Mapping[str, Any],
        purpose: str = "panel",
        deadline_s: float | None = None,
    ) -> Score | Insufficient:
        """One score. Raises CoreUnavailable, AnswerRefused."""
        [result] = self.score_batch(capability, [Item(subject, features)], purpose, deadline_s)
        if isinstance(result, InlayError):
            raise result
        return result

    def score_batch(
        self, capability: str, items: Asked, purpose: str = "panel", deadline_s: float | None = None
    ) -> list[Result]:
        """As many records in a question as the map has it, several questions at once, all within one deadline: what
        was not answered by then is an error at its place."""
        if not items:
            return []
        self._metrics.count("core_records", n=len(items), core=self.name)
        ends = self._clock() + (self.deadline_s if deadline_s is None else deadline_s)
        size = self.map(SCORE).batch
        some = [items[at : at + size] for at in range(0, len(items), size)]
        splits = [MOST_SPLITS]
        if len(some) == 1:
            return self._asked(capability, items, purpose, ends, splits)
        with ThreadPoolExecutor(min(AT_ONCE, len(some)), "mapped") as pool:
            answers = list(pool.map(lambda part: self._settled(capability, part, purpose, ends, splits), some))
        return _alike([result for part in answers for result in part])

    def health(self) -> None:
        """Is the core there, as far as its map says where to ask? Raises CoreUnavailable."""
        known = next(iter(self._maps.values()))
        if known.health_path:
            self._look(self._at(known.health_path))

    def version(self) -> str:
        """The model's version as its address says it; empty where only answers do. Raises CoreUnavailable,
        AnswerRefused."""
        return self._versions.of(next(iter(self._maps.values()))) or self.settings.model_version

    def map(self, kind: str) -> Map:
        """Raises CoreUnavailable where this core has none for this kind."""
        if kind not in self._maps:
            raise CoreUnavailable(reason="core-map-missing")
        return self._maps[kind]

    def request_of(self, capability: str, items: Asked, purpose: str = "panel") -> tuple[str, Any]:
        """Where a question of scores goes, and its body. Raises CoreUnavailable where the map cannot make one."""
        known, declared = self.map(SCORE), self._capabilities[capability].fields
        asked = question(self.settings, known, capability, declared, items, purpose)
        return self._at(known.path), _made(known, asked)

    def document_request(self, capability: str, playbook: str, document: Mapping[str, Any]) -> tuple[str, Any]:
        """The same for a document."""
        known = self.map(ANALYSIS)
        asked = document_question(self.settings, known, capability, playbook, document)
        return self._at(known.path), _made(known, asked)

    def results_of(self, capability: str, answer: Any, version: str = "") -> dict[str, Any]:
        """What a core's answer says, in the shape of our own protocol and not believed yet. With `version` nobody is
        asked for the model's. Raises AnswerRefused where the map finds nothing, CoreUnavailable where the version
        cannot be asked."""
        known = self.map(SCORE)
        said = heard(known.response, answer)
        if not isinstance(said, list):
            raise _refused("response makes no list of it, an entry for each record")
        usual = self._usual(known, answer, version) | {
            "meaning": known.meaning,
            "factors": [],  # a model that gives none: the card says so
            "valid_for_s": self._capabilities[capability].ttl,
        }
        return {"results": [_entry(each, usual) for each in said]}

    def analysis_of(self, answer: Any, version: str = "") -> Any:
        """The same of an analysis."""
        known = self.map(ANALYSIS)
        said = heard(known.response, answer)
        if not isinstance(said, dict):
            raise _refused("response makes no object of it")
        whole = self._usual(known, answer, version) | {"facts": []} | _told(said)
        if isinstance(whole.get("findings"), list):  # a language model that counts its findings miscounts them
            whole["findings"] = [
                {"id": f"finding-{n}", **_told(each)} if isinstance(each, dict) else each
                for n, each in enumerate(whole["findings"], 1)
            ]
        return whole

    def _usual(self, known: Map, answer: Any, version: str = "") -> dict[str, Any]:
        """What an answer need not say."""
        said = _text(heard(known.version, answer)) if known.version else ""
        if not said and not version:
            said = self._versions.of(known, self.settings.model_version)
        model = {"name": self.settings.model, "version": said or self.settings.model_version or version}
        return {"model": model, "computed_at": datetime.now(UTC).isoformat()}

    def _asked(self, capability: str, items: Asked, purpose: str, ends: float, splits: list[int]) -> list[Result]:
        """One question. Where the core does not take it, in halves: one record's field would spoil all others."""
        path, body = self.request_of(capability, items, purpose)
        left_s = ends - self._clock()
        if left_s <= 0:
            raise CoreUnavailable(reason="core-batch-too-slow")
        response = self.ask("POST", path, lambda _: body, left_s)
        if response.status in _NOT_TAKEN and len(items) > 1 and splits[0] > 0:
            splits[0] -= 2
            half = len(items) // 2
            parts = (items[:half], items[half:])
            return _alike([each for some in parts for each in self._settled(capability, some, purpose, ends, splits)])
        if not response.ok:
            raise unavailable(response)
        return parse_results(self.results_of(capability, json_of(response)), [subject for subject, _ in items])

    def _settled(self, capability: str, items: Asked, purpose: str, ends: float, splits: list[int]) -> list[Result]:
        """What went wrong is what became of each of its records."""
        try:
            return self._asked(capability, items, purpose, ends, splits)
        except InlayError as error:
            return [error] * len(items)

    def _at(self, path: str) -> str:
        return path.replace("{model}", self.settings.model)


def json_of(response: Response) -> Any:
    """The body as JSON. NaN is left to the strict reading, which says where it stands. Raises AnswerRefused."""
    try:
        text = response.body.decode()
        return parsed(text)
    except ValueError:
        page = response.body.lstrip()[:1] == b"<"
        what = "it begins like a web page: look at url and path" if page else "it is none"
        raise AnswerRefused(f"The answer is not JSON: {what}.", path="$", reason="not-json") from None


def heard(expression: Expression, answer: Any) -> Any:
    """What an expression finds in an answer. Raises AnswerRefused."""
    try:
        return expression.of(answer)
    except MapRefusedError as error:
        raise _refused(f"the map does not fit: {error}") from None


def _made(known: Map, asked: Mapping[str, Any]) -> Any:
    try:
        return known.request.of(asked)
    except MapRefusedError as error:
        raise CoreUnavailable(f"The map makes no question of this: {error}.", reason="core-map-request") from None


def _refused(what: str) -> AnswerRefused:
    return AnswerRefused(f"The answer has another shape than its map: {what}.", path="$", reason="core-map")


def _entry(said: Any, usual: Mapping[str, Any]) -> Any:
    """What is said of one record; a bare number is its score."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return {**usual, "score": said}
    if not isinstance(said, dict):
        return said
    return _told(said) if said.get("error") is not None else {**usual, **_told(said)}


def _told(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without what an expression found nothing for."""
    return {name: value for name, value in said.items() if value is not None}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _alike(results: Sequence[Result]) -> list[Result]:
    """Errors that say the same as one: it is written once, of so many records."""
    first: dict[tuple[str, ...], InlayError] = {}
    return [
        first.setdefault((each.code, each.reason, getattr(each, "path", "")), each)
        if isinstance(each, InlayError) and not isinstance(each, AnswerRefused)
        else each
        for each in results
    ]
