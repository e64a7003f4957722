"""The page "Attach a model": a pasted answer is read and nobody is asked; only who runs the deployment may ask, and
only what is configured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.admins import Role
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
