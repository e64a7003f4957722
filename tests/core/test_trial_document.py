"""A trial of a core with a document: at once, by a job, through a map, or of a pasted answer; each refusal's place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.cores import client
from app.core.trial import Trial
from app.core.trial_document import tried
from app.metrics import NullMetrics
from app.net.door import Door
from tests.core import server as core_server
from tests.core.analysing import analysing_core, analysis
from tests.core.mapping import OPENAI, settings_of
from tests.core.test_mapped_analyst import FINDING, TEXT, Document, said

TOLD = {"name": "a.txt", "media_type": "text/plain", "sha256": "0" * 64, "text": TEXT, "pages": []}


def trial(folder: Path, url: str, pasted: Any = None, name: str = "main") -> Trial:
    whole, door = settings_of(folder, OPENAI, url, "lead"), Door(["127.0.0.1"])
    asked = client(whole.cores[name], whole.capabilities, door, NullMetrics())
    text = pasted if pasted is None or isinstance(pasted, str) else json.dumps(pasted)
    done = tried(asked, whole.capabilities["contract_review"], TOLD, Document(), text)
    door.close()
    assert TEXT not in json.dumps(done.told()["question"])  # a program can read it; the text is in the request's place
    return done


@pytest.mark.parametrize("steps", [0, 2])
def test_a_core_of_our_protocol_is_asked_at_once_or_by_its_job(tmp_path: Path, steps: int) -> None:
    with analysing_core() as core:
        core.steps = steps
        done = trial(tmp_path, core.url)
    assert done.ok, done.refusals
    assert (done.map, done.path, done.status) == ("native", "/v1/analyse", 200)
    assert done.analysis is not None
    assert [each["category"] for each in done.analysis["findings"]] == ["missing-cap-on-liability", "governing-law"]
    assert core.asked[0]["document"]["text"] == TEXT


def test_through_a_map_each_step_is_shown(tmp_path: Path) -> None:
    with core_server.core_server() as core:
        core.behave(said())
        done = trial(tmp_path, core.url, name="lead")
    assert done.ok, done.refusals
    assert (done.map, done.path) == ("openai", "/v1/chat/completions")
    assert done.mapped["findings"][0]["id"] == "finding-1"
    assert "judge-9" in done.raw


def test_a_pasted_answer_is_read_and_nobody_is_asked(tmp_path: Path) -> None:
    content = {"summary": "S", "risk": "low", "findings": [FINDING | {"quote": "of the laws of Norway"}], "facts": []}
    pasted = {"choices": [{"message": {"content": json.dumps(content)}}]}
    with core_server.core_server() as core:
        done = trial(tmp_path, core.url, pasted, "lead")
        assert core.asked == 0
    [refusal] = done.refusals
    assert (refusal.step, refusal.place, done.ok, done.status) == ("analysis", "findings[0].quote", False, 0)
    assert done.mapped["model"]["version"] == "not asked"
    assert trial(tmp_path, "http://127.0.0.1:9", analysis(TEXT)).ok
    assert trial(tmp_path, "http://127.0.0.1:9", "<html>").refusals[0].step == "analysis"


def test_a_core_that_is_away_is_said(tmp_path: Path) -> None:
    [refusal] = trial(tmp_path, "http://127.0.0.1:9").refusals
    assert (refusal.step, refusal.mend) == ("call", "Run inlay check: it says what is wrong with the core.")
