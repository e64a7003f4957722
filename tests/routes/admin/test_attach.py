"""The page "Attach a model": a pasted answer is read and nobody is asked; only who runs the deployment may ask, and
only what is configured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.admins import Role
from app.routes.admin import attach
from tests.core.analysing import analysing_core
from tests.core.test_mapped_analyst import TEXT as CONTRACT_TEXT
from tests.routes.admin._browser import AdminPages, words
from tests.world import World, running
from tests.world import world as make_world

PATH = "/admin/cores/try"
FEATURES = json.dumps({"activity": 3, "colour": "red"})
MLFLOW = {"capability": "lead_score", "map": "mlflow", "model": "lead", "features": FEATURES}


def test_a_pasted_answer_is_read_and_nobody_is_asked(world: World) -> None:
    ada = AdminPages(world, Role.DESIGNER)
    assert "as its core is configured" in words(ada.get(PATH))
    said = ada.post(PATH, MLFLOW | {"answer": '{"predictions": [[0.28, 0.72]]}'})
    assert said.status_code == 200
    told = words(said)
    assert "It is a score 72 of 100, probability, model lead not asked ; it gives no reasons" in told
    assert "Left out, because the capability does not declare them: colour" in told
    assert "map = &#34;mlflow&#34;" in said.text
    assert world.core.asked == 0
    assert world.audited("core.tried") == []


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"answer": '{"predictions": ["0.7"]}'}, 200, "score, at results[0].score"),
        ({"answer": "<html>"}, 200, "like a web page"),
        ({"answer": '{"predictions": [NaN]}'}, 200, "finite"),
        ({"answer": "1", "response": "a.[b"}, 422, "no JMESPath expression, from sign 5"),
        ({"answer": "1", "map": "own"}, 422, "needs both expressions"),
        ({"answer": "1", "features": "[1"}, 422, "These are no features"),
        ({"answer": "1", "capability": "nope"}, 400, "no such capability"),
        ({"answer": "1", "map": "http://169.254.169.254/"}, 400, "no such map"),
        ({"answer": "1" * 200_001}, 400, "longer than any sample"),
    ],
)
def test_what_does_not_fit_is_said_at_its_place(world: World, form: dict[str, str], status: int, says: str) -> None:
    answer = AdminPages(world, Role.DESIGNER).post(PATH, MLFLOW | form)
    assert (answer.status_code, says in words(answer)) == (status, True), words(answer)
    assert world.core.asked == 0


def test_where_a_core_is_is_told_to_who_runs_the_deployment_only(world: World) -> None:
    form = MLFLOW | {"answer": '{"predictions": [[0.28, 0.72]]}'}
    url = world.settings.cores["main"].url
    assert url in AdminPages(world, Role.OPERATOR).post(PATH, form).text
    assert url not in AdminPages(world, Role.DESIGNER).post(PATH, form).text


def test_a_designer_of_some_connections_sees_their_capabilities_only(tmp_path: Path) -> None:
    """What another customer has scored is not theirs to know, not even its name."""
    with make_world(tmp_path) as whole:
        known = whole.settings.capabilities["lead_score"]
        churn = replace(known, name="churn_risk", records=("Account",))
        mine = replace(whole.settings.connections["acme-pages"], capabilities=("churn_risk",))
        settings = replace(
            whole.settings,
            capabilities={"lead_score": known, "churn_risk": churn},
            connections={**whole.settings.connections, "acme-pages": mine},
        )
        with running(settings, whole.clock) as (parts, runner):
            world = replace(whole, settings=settings, parts=parts, runner=runner)
            ada = AdminPages(world, Role.DESIGNER, ["acme-pages"])
            assert "churn_risk (main)" in ada.get(PATH).text
            assert "lead_score" not in ada.get(PATH).text
            read = {"answer": '{"predictions": [[0.28, 0.72]]}'}
            assert ada.post(PATH, MLFLOW | read).status_code == 400
            assert "72 of 100" in words(ada.post(PATH, MLFLOW | read | {"capability": "churn_risk"}))
            both = AdminPages(world, Role.DESIGNER).get(PATH).text
            assert "lead_score (main)" in both
            assert "churn_risk (main)" in both


TEXT = "1. Term. This agreement is governed by the laws of Ohio.\n2. It ends after a year."
QUOTED = {"id": "f1", "category": "governing-law", "severity": "low", "title": "Ohio <b>law</b>",
          "quote": "laws of Ohio", "explanation": "It is theirs."}  # fmt: skip
READ = {"summary": "A year in Ohio.", "risk": "low", "findings": [QUOTED], "facts": [],
        "model": {"name": "judge", "version": "9"}, "computed_at": "2026-11-20T03:00:00Z"}  # fmt: skip
CONTRACT = {"capability": "contract_review", "map": "configured", "document": TEXT}


@contextmanager
def with_contracts(tmp_path: Path, core: str = "main", url: str = "") -> Iterator[World]:
    """A world in which a core reviews contracts too."""
    with make_world(tmp_path) as whole:
        known = whole.settings.capabilities["lead_score"]
        review = replace(known, name="contract_review", kind="analysis", core=core, records=("driveItem",), fields=())
        cores = {**whole.settings.cores, "main": replace(whole.settings.cores["main"], **({"url": url} if url else {}))}
        settings = replace(whole.settings, cores=cores, capabilities={"lead_score": known, "contract_review": review})
        with running(settings, whole.clock) as (parts, runner):
            yield replace(whole, settings=settings, parts=parts, runner=runner)


def test_an_analysis_is_read_against_the_document_that_it_is_of(tmp_path: Path) -> None:
    with with_contracts(tmp_path) as world:
        ada = AdminPages(world, Role.DESIGNER)
        assert "contract_review (main, of a document)" in words(ada.get(PATH))
        told = ada.post(PATH, CONTRACT | {"answer": json.dumps(READ)})
        assert told.status_code == 200
        assert "It is an analysis low risk, 1 finding, 0 facts, model judge 9" in words(told)
        assert "Ohio &lt;b&gt;law&lt;/b&gt;" in told.text
        elsewhere = json.dumps(READ | {"findings": [QUOTED | {"quote": "laws of Norway"}]})
        assert "findings[0].quote" in words(ada.post(PATH, CONTRACT | {"answer": elsewhere}))
        without = ada.post(PATH, CONTRACT | {"document": " ", "answer": json.dumps(READ)})
        assert (without.status_code, "An analysis is of a document." in without.text) == (422, True)
        mapped = {"choices": [{"message": {"content": json.dumps(READ)}, "finish_reason": "stop"}], "model": "judge-9"}
        by_map = ada.post(PATH, CONTRACT | {"map": "openai", "model": "judge", "answer": json.dumps(mapped)})
        assert "It is an analysis low risk" in words(by_map), words(by_map)
        assert "map = &#34;openai&#34;" in by_map.text
        assert ada.post(PATH, CONTRACT | {"ask": "yes"}).status_code == 403
        assert world.core.asked == 0


def test_a_core_that_takes_long_over_a_document_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attach, "ASK_S", 0.5)
    with analysing_core() as core, with_contracts(tmp_path, url=core.url) as world:
        asked = {**CONTRACT, "document": CONTRACT_TEXT, "ask": "yes"}
        assert "It is an analysis" in words(AdminPages(world).post(PATH, asked))
        [row] = world.audited("core.tried")
        assert (row["capability"], row["records"]) == ("contract_review", 1)
        core.steps = 1000
        late = words(AdminPages(world).post(PATH, asked))
        assert "core-job-too-long" in late
        assert "inlay core try waits longer" in late


def test_markup_in_an_answer_is_text(world: World) -> None:
    answer = AdminPages(world).post(PATH, MLFLOW | {"answer": '{"predictions": ["<script>alert(1)</script>"]}'})
    assert "<script>alert(1)" not in answer.text


def test_only_who_runs_the_deployment_asks_and_only_what_is_configured(world: World) -> None:
    ask = MLFLOW | {"map": "configured", "ask": "yes"}
    assert AdminPages(world, Role.DESIGNER).post(PATH, ask).status_code == 403
    assert AdminPages(world, Role.AUDITOR).get(PATH).status_code == 403
    assert world.core.asked == 0
    ada = AdminPages(world)
    assert ada.post(PATH, ask | {"map": "mlflow"}).status_code == 400
    assert "72 of 100" in words(ada.post(PATH, ask))
    assert world.core.asked == 1
    [row] = world.audited("core.tried")
    assert (row["admin"], row["core"], row["records"]) == ("Ada", "main", 1)
    assert world.audited("answer.given") == []
    assert ada.post(PATH, ask, Origin="https://evil.example").status_code == 403
    assert world.core.asked == 1
