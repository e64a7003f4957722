"""A language model that reads contracts through the shipped map: every quote is looked for as in any core's answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.analyst import Question
from app.core.mapped_analyst import MappedAnalyst
from app.errors import AnswerRefused, CoreUnavailable
from tests.core import server as core_server
from tests.core.mapping import OPENAI, answers, mapped
from tests.core.server import Core

TEXT = "This Agreement is governed by the laws of Sweden. Liability is not limited."
ASKED = Question(
    "contract_review", "standard", {"name": "a.txt", "media_type": "text/plain", "text": TEXT, "pages": []}
)
FINDING = {
    "category": "governing-law",
    "severity": "low",
    "title": "Law of Sweden",
    "quote": "governed by the laws of Sweden",
    "explanation": "Neutral.",
    "suggestion": "",
}
MISSING = FINDING | {"category": "missing-insurance", "quote": "", "title": "No insurance"}


class Document:
    """As much of a document as the strict reading asks for."""

    text = TEXT

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        at = TEXT.find(quote)
        return None if at < 0 else (at, at + len(quote))

    def page(self, start: int) -> int | None:
        return 1


def said(**changes: Any) -> Any:
    content = {"summary": "Swedish.", "risk": "low", "findings": [FINDING, MISSING], "facts": []} | changes
    message = {"role": "assistant", "content": json.dumps(content)}
    return answers(lambda *_: {"model": "judge-9", "choices": [{"message": message}]})


@pytest.fixture
def core() -> Iterator[Core]:
    with core_server.core_server() as core:
        yield core


@pytest.fixture
def analyst(tmp_path: Path, core: Core) -> Iterator[MappedAnalyst]:
    with mapped(tmp_path, core, OPENAI, reviewer="lead") as client:
        yield MappedAnalyst(client)


def test_findings_are_numbered_and_their_quotes_are_the_documents(analyst: MappedAnalyst, core: Core) -> None:
    core.behave(said())
    analysis = analyst.analyse(ASKED, Document(), lambda *_: None)
    first, second = analysis.findings
    assert (first.id, first.start, first.page) == ("finding-1", TEXT.find("governed"), 1)
    assert (second.id, second.quote) == ("finding-2", "")
    assert (analysis.model.name, analysis.model.version) == ("judge-mini", "judge-9")
    [(path, body, _)] = core.requests
    assert path == "/v1/chat/completions"
    assert body["messages"][1]["content"] == TEXT
    assert "findings" in body["response_format"]["json_schema"]["schema"]["required"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"findings": [FINDING | {"quote": "governed by the laws of Norway"}]}, "findings[0].quote"),
        ({"findings": [FINDING | {"severity": "dire"}]}, "findings[0].severity"),
        ({"findings": ["nothing"]}, "findings[0]"),
        ({"risk": None}, "risk"),
        ({"summary": 7}, "summary"),
    ],
)
def test_what_a_model_invents_is_refused_at_its_place(
    analyst: MappedAnalyst, core: Core, changes: Any, place: str
) -> None:
    core.behave(said(**changes))
    with pytest.raises(AnswerRefused) as refused:
        analyst.analyse(ASKED, Document(), lambda *_: None)
    assert refused.value.path == place


def test_a_model_that_refuses_or_is_cut_off_has_said_nothing(analyst: MappedAnalyst, core: Core) -> None:
    for content in (None, "I am sorry, but I cannot", '{"summary": "Swe'):
        core.behave(answers(lambda *_, content=content: {"model": "m", "choices": [{"message": {"content": content}}]}))
        with pytest.raises(AnswerRefused, match="parse_json is given"):
            analyst.analyse(ASKED, Document(), lambda *_: None)
    core.behave(core_server.status(429))
    with pytest.raises(CoreUnavailable):
        analyst.analyse(ASKED, Document(), lambda *_: None)


def test_the_recipe_names_what_is_configured(tmp_path: Path, core: Core) -> None:
    recipes = []
    for more in ("", '\nmodel_version = "2"', '\ninstructions = "Be short."', ""):
        with mapped(tmp_path, core, OPENAI + more, reviewer="lead") as client:
            recipes.append(MappedAnalyst(client).recipe("contract_review", "standard"))
    assert len(set(recipes)) == 3
    assert recipes[0] == recipes[3]
    assert core.asked == 0
