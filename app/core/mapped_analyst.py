"""Asks a core for analyses through a map: one question, one answer, no job."""

from __future__ import annotations

import hashlib
import json

from app.core.analyses import Analysis
from app.core.analyst import MAX_BYTES, SLOWEST_S, Analyst, Progress, Question
from app.core.client import unavailable
from app.core.mapped import MappedClient, json_of
from app.core.maps import ANALYSIS
from app.core.parse_analysis import Passages, parse_analysis


class MappedAnalyst(Analyst):
    """Asks one core. For all threads; whoever asks is blocked until the answer is there."""

    def __init__(self, client: MappedClient, slowest_s: float = SLOWEST_S) -> None:
        super().__init__(client, slowest_s=slowest_s)
        self._mapped = client

    def analyse(self, question: Question, passages: Passages, on_progress: Progress) -> Analysis:  # noqa: ARG002 as asked
        """There is no progress to tell of. Raises CoreUnavailable, or AnswerRefused."""
        path, body = self._mapped.document_request(question.capability, question.playbook, question.document)
        response = self._mapped.ask("POST", path, lambda _: body, self._slowest_s, MAX_BYTES)
        if not response.ok:
            raise unavailable(response)
        return parse_analysis(self._mapped.analysis_of(json_of(response)), passages)

    def recipe(self, capability: str, playbook: str) -> str:
        """What is configured: the map, the model's name, its version as far as that is. A model that is exchanged
        behind the same name is not noticed; give the new one its name or version."""
        core = self._mapped.settings
        said = [capability, playbook, core.url, core.model, core.model_version, self._mapped.map(ANALYSIS).fingerprint]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]

    def known_recipe(self, capability: str, playbook: str) -> str | None:
        """The recipe, which the configuration alone tells."""
        return self.recipe(capability, playbook)
