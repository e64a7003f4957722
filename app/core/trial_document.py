"""A trial of a core with a document: the same steps and the same strict reading as `app.core.trial` has for records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.config import CapabilitySettings, CoreSettings
from app.core.analyses import Analysis
from app.core.analyst import SLOWEST_S, Analyst, Question
from app.core.client import CoreClient
from app.core.mapped import MappedClient, json_of
from app.core.mapped_analyst import MappedAnalyst
from app.core.parse_analysis import Passages
from app.core.trial import MAX_SHOWN, MEND_MAP, NOT_ASKED, Refusal, Trial, mend_call, unasked, with_
from app.errors import AnswerRefused, CoreUnavailable, InlayError
from app.net.door import Response

_MEND = (
    "Each quote must stand in the document, and each severity be one of ours; docs/attaching-a-model.md has the rest."
)


def tried(
    asked: CoreClient, capability: CapabilitySettings, document: Mapping[str, Any], passages: Passages,
    pasted: str | None = None, slowest_s: float = SLOWEST_S,
) -> Trial:  # fmt: skip
    """Ask, for at most so many seconds, or with `pasted` only read what would have been answered.

    Never raises an InlayError.
    """
    mapped = asked if isinstance(asked, MappedClient) else None
    shown = {name: value for name, value in document.items() if name != "text"} | {"letters": len(document["text"])}
    trial = Trial(asked.name, mapped.settings.map if mapped else "native", [{"document": shown}])
    heard = _Heard(asked, mapped, pasted)
    # a client in all that an analyst asks of one
    analyst = MappedAnalyst(heard, slowest_s) if mapped else Analyst(heard, slowest_s=slowest_s)  # type: ignore[arg-type]
    try:
        found = analyst.analyse(Question(capability.name, capability.playbook, document), passages, lambda *_: None)
    except AnswerRefused as error:
        refusal = Refusal("analysis", error.path or "$", error.detail, MEND_MAP if mapped else _MEND)
        return with_(heard.told(trial), refusal)
    except CoreUnavailable as error:
        return with_(heard.told(trial), Refusal("call", "", f"There is no answer ({error.reason}).", mend_call(error)))
    return replace(heard.told(trial), analysis=_shown(found))


def rehearsed(
    core: CoreSettings, capability: CapabilitySettings, document: Mapping[str, Any], passages: Passages, pasted: str
) -> Trial:
    """A pasted answer, read by a core's settings that need not be configured yet. Nobody can be asked."""
    return tried(unasked(core, capability), capability, document, passages, pasted)


class _Heard:
    """The core's client, which also remembers what was asked and heard last; with a pasted answer nobody is asked."""

    def __init__(self, client: CoreClient, mapped: MappedClient | None, pasted: str | None) -> None:
        self._client, self._mapped, self._pasted = client, mapped, pasted
        self._path, self._response = "", Response(0, {}, b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def ask(self, method: str, path: str, *how: Any) -> Response:
        self._path = self._path or path
        pasted = self._pasted
        self._response = self._client.ask(method, path, *how) if pasted is None else Response(200, {}, pasted.encode())
        return self._response

    def analysis_of(self, answer: Any) -> Any:
        """As the mapped client has it; None where no map is between. Nobody is asked for a version while an answer is
        only pasted."""
        return self._mapped and self._mapped.analysis_of(answer, "" if self._pasted is None else NOT_ASKED)

    def told(self, trial: Trial) -> Trial:
        response, text = self._response, self._response.body.decode(errors="replace")
        kind = response.headers.get("Content-Type", "")
        status = response.status if self._pasted is None else 0
        trial = replace(
            trial, path=self._path, status=status, kind=kind, took_s=round(response.took_s, 3), raw=text[:MAX_SHOWN]
        )
        try:
            return replace(trial, mapped=self.analysis_of(json_of(response))) if response.ok else trial
        except InlayError:  # which the refusal says
            return trial


def _shown(found: Analysis) -> Mapping[str, Any]:
    return {
        "summary": found.summary,
        "risk": str(found.risk),
        "model": {"name": found.model.name, "version": found.model.version},
        "findings": [
            {"category": each.category, "severity": str(each.severity), "title": each.title, "quote": each.quote}
            for each in found.findings
        ],
        "facts": len(found.facts),
    }
