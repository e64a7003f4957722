"""A trial of a core, step by step: our question, what the map makes of it, the raw answer, what the map makes of that,
and every refusal with its place. With a pasted answer nobody is asked. Nothing is kept, and nothing shown to viewers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.config import CapabilitySettings, CoreSettings
from app.config.expressions import parsed
from app.core.client import CoreClient, Item
from app.core.cores import client
from app.core.mapped import MappedClient, json_of
from app.core.parse import Insufficient, parse_result, parse_results
from app.core.shapes import Score
from app.errors import AddressRefused, AnswerRefused, CoreUnavailable, InlayError, OutboundError
from app.metrics import NullMetrics
from app.net.door import Request, Response

MOST = 200  # records
MAX_SHOWN = 20_000  # signs of a raw answer
TRIED = "try"
MEND_MAP = "Compare the raw answer with the response's expression."
NOT_ASKED = "not asked"  # the version of a model, while an answer is only pasted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is wrong: at which step, where in the JSON of that step, what, and what to do."""

    step: str  # request | call | answer | map | score
    place: str
    what: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. A step that was not reached has nothing."""

    core: str
    map: str
    question: Sequence[Mapping[str, Any]]
    left_out: Sequence[str] = ()  # features that the capability does not declare
    path: str = ""
    request: Any = None
    status: int = 0
    kind: str = ""  # the answer's content type
    took_s: float = 0.0
    raw: str = ""
    mapped: Any = None
    scores: Sequence[Mapping[str, Any] | None] = ()  # one for each record; None where there is none
    analysis: Mapping[str, Any] | None = None  # of a document
    refusals: Sequence[Refusal] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether there is a score, or an analysis, and no refusal."""
        return bool(self.scores or self.analysis) and not self.refusals

    def told(self) -> dict[str, Any]:
        """For a program."""
        return {"ok": self.ok, **asdict(self)}


def tried(asked: CoreClient, capability: CapabilitySettings, items: Sequence[Item], pasted: str | None = None) -> Trial:
    """Ask, or with `pasted` only read what would have been answered. Never raises an InlayError."""
    mapped = asked if isinstance(asked, MappedClient) else None
    left_out = sorted({name for each in items for name in each.features if name not in capability.fields})
    # only what the capability declares is asked with, as when a panel asks
    items = [Item(each.subject, {k: v for k, v in each.features.items() if k not in left_out}) for each in items]
    question = [{"subject": dict(each.subject), "features": dict(each.features)} for each in items]
    trial = Trial(asked.name, mapped.settings.map if mapped else "native", question, left_out)
    try:
        path, body = _request(asked, capability, items)
    except InlayError as error:
        return with_(trial, Refusal("request", "request", error.detail, "Mend the request's expression."))
    trial = replace(trial, path=path, request=body)
    if pasted is not None:
        return _read(replace(trial, raw=pasted[:MAX_SHOWN]), mapped, capability, items, pasted, NOT_ASKED)
    try:
        response = asked.ask("POST", path, lambda _: body)
    except CoreUnavailable as error:
        return with_(trial, Refusal("call", "", f"There was no answer ({_cause(error)}).", mend_call(error)))
    text = response.body.decode(errors="replace")
    kind, took = response.headers.get("Content-Type", ""), round(response.took_s, 3)
    trial = replace(trial, status=response.status, kind=kind, took_s=took, raw=text[:MAX_SHOWN])
    if not response.ok:
        return with_(trial, Refusal("answer", "", f"The core answered {response.status}.", _mend_status(response)))
    return _read(trial, mapped, capability, items, text)


def rehearsed(core: CoreSettings, capability: CapabilitySettings, items: Sequence[Item], pasted: str) -> Trial:
    """A pasted answer, read by a core's settings that need not be configured yet. Nobody can be asked."""
    return tried(unasked(core, capability), capability, items, pasted)


def unasked(core: CoreSettings, capability: CapabilitySettings) -> CoreClient:
    """A client that writes and reads as the core's would, and has no way to anybody."""
    return client(core, {capability.name: capability}, _Nobody(), NullMetrics())


class _Nobody:
    """No door at all."""

    def call(self, request: Request) -> Response:  # noqa: ARG002 whatever it is
        raise AddressRefused(reason="nobody-is-asked")


def items_of(content: Any, record: str = "") -> list[Item]:
    """The records of a features file: one object, or a list of them. Raises ValueError with what is wrong."""
    rows = content if isinstance(content, list) else [content]
    if not rows or len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"Write an object of features, or a list of at most {MOST} of them.")
    kind, _, name = (record or "Record/try").partition("/")
    names = [name, *(f"{name}-{n}" for n in range(2, len(rows) + 1))]
    subjects = [{"type": kind, "id": each, "connection": TRIED} for each in names]
    return [Item(subject, row) for subject, row in zip(subjects, rows, strict=True)]


def _request(asked: CoreClient, capability: CapabilitySettings, items: Sequence[Item]) -> tuple[str, Any]:
    if isinstance(asked, MappedClient):
        return asked.request_of(capability.name, items, TRIED)
    return asked.native_request(capability.name, items, TRIED)


def _read(
    trial: Trial,
    mapped: MappedClient | None,
    capability: CapabilitySettings,
    items: Sequence[Item],
    text: str,
    version: str = "",
) -> Trial:
    try:
        answer = json_of(Response(200, {}, text.encode()))
    except AnswerRefused as error:
        return with_(trial, Refusal("answer", _where(text), error.detail, "Look at the raw answer."))
    said = answer
    if mapped is not None:
        try:
            said = mapped.results_of(capability.name, answer, version)
        except InlayError as error:
            mend = MEND_MAP
            if isinstance(error, CoreUnavailable):
                mend = "Its version could not be read: set model_version, or mend version_path."
            return with_(trial, Refusal("map", getattr(error, "path", "") or "$", error.detail, mend))
    trial = replace(trial, mapped=said)
    results: Sequence[Score | Insufficient | InlayError]
    try:
        if mapped is None and len(items) == 1 and not (isinstance(said, dict) and "results" in said):
            results = [parse_result(said)]
        else:
            results = parse_results(said, [each.subject for each in items])
    except AnswerRefused as error:
        return with_(trial, Refusal("score", error.path or "$", error.detail, _MEND_SHAPE))
    refusals = [_refusal(each, n) for n, each in enumerate(results) if not isinstance(each, Score)]
    return replace(trial, scores=[_shown(each) for each in results], refusals=refusals)


_MEND_SHAPE = "Each record needs a score from 0 to 100; docs/attaching-a-model.md has the rest."


def _refusal(result: Insufficient | InlayError, number: int) -> Refusal:
    place = f"results[{number}]"
    if isinstance(result, Insufficient):
        missing = f": {', '.join(result.missing)}" if result.missing else ""
        return Refusal("score", place, f"The core says that too little is known{missing}.", "Give it those features.")
    where = getattr(result, "path", "") or place
    what = result.detail if isinstance(result, AnswerRefused) else f"The core says: {result.reason}."
    return Refusal("score", where, what, _MEND_SHAPE)


def _shown(result: Score | Insufficient | InlayError) -> Mapping[str, Any] | None:
    if not isinstance(result, Score):
        return None
    return {**asdict(result), "meaning": str(result.meaning), "computed_at": result.computed_at.isoformat()}


def _where(text: str) -> str:
    """The place of what is no JSON."""
    try:
        parsed(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}"
    except ValueError:
        pass
    return "$"


def _cause(error: CoreUnavailable) -> str:
    cause = error.__cause__
    return f"{error.reason}: {cause.title}" if isinstance(cause, OutboundError) else error.reason


def mend_call(error: CoreUnavailable) -> str:
    """What to do where there was no answer."""
    if error.reason == "address-private":
        return "List its host in [server] allow_private."
    if error.reason.startswith("redirect"):
        return "The core sends us elsewhere; we do not follow. Name the address that it sends to as url."
    if error.reason == "core-job-too-long":
        return "It takes long over a document: inlay core try waits longer than a page may."
    if error.reason == "body-too-large":
        return "Have it answer less: only what a score needs."
    if error.reason.startswith("core-token"):
        return "Mend client_id, client_secret, token_scope or token_url."
    return "Run inlay check: it says what is wrong with the core."


def _mend_status(response: Response) -> str:
    if response.status in (401, 403):
        return "It does not take what we show: look at auth and its keys."
    if response.status in (404, 405):
        return "Nothing is asked at this path: look at url, path and model."
    if response.status in (400, 422):
        return "It does not take this question: its answer says why; compare the mapped request with what it wants."
    return "Its answer may say why."


def with_(trial: Trial, refusal: Refusal) -> Trial:
    """The trial with one refusal more."""
    return replace(trial, refusals=[*trial.refusals, refusal])
