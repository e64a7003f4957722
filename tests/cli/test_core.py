"""`inlay core`: tries a core from the command line, for people and for programs, and prints the shipped maps."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.core.analysing import analysis
from tests.core.server import says
from tests.world import World

MAPPED = {'deadline = "2s"': 'deadline = "2s"\nmap = "mlflow"\nmodel = "lead"\nmodel_version = "3"'}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["core", *map(str, arguments)])


def features(folder: Path, text: str = '{"activity": 3, "colour": "red"}') -> Path:
    path = folder / "features.json"
    path.write_text(text)
    return path


def test_a_person_sees_each_step(world: World, tmp_path: Path) -> None:
    settings = written(world, MAPPED)
    world.core.behave(says({"predictions": [0.725]}))
    done = run("try", "lead_score", "--features", features(tmp_path), "-c", settings)
    assert done.exit_code == 0, done.output
    for said in (
        "Core main, map mlflow",
        "Left out, because the capability does not declare them: colour",
        "2. What the core is asked: POST /invocations",
        "3. The raw answer, 200 application/json",
        "4. What the map makes of it",
        "record 0: 72.5 of 100, model lead 3; reasons: none given",
    ):
        assert said in done.output
    assert world.audited("answer.given") == []  # nothing is kept


def test_a_refusal_names_its_place_and_is_exit_code_1(world: World, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text('{"predictions": ["0.7"]}')
    before = world.core.asked
    arguments = (
        "try",
        "lead_score",
        "--features",
        features(tmp_path),
        "--answer",
        answer,
        "-c",
        written(world, MAPPED),
    )
    done = run(*arguments)
    assert done.exit_code == 1
    assert "REFUSED, score at results[0].score: The answer's results[0].score is not a number." in done.output
    told = json.loads(run(*arguments, "--json").output)
    assert (told["ok"], told["refusals"][0]["place"]) == (False, "results[0].score")
    assert world.core.asked == before


def test_what_is_called_wrongly_is_said(world: World, tmp_path: Path) -> None:
    settings, file = written(world), features(tmp_path)
    for arguments, says_ in (
        (("try", "nope", "--features", file, "-c", settings), "there is no capability 'nope'"),
        (("try", "lead_score", "--core", "next", "--features", file, "-c", settings), "there is no core 'next'"),
        (("try", "lead_score", "--features", settings, "-c", settings), "does not hold features"),
        (("maps", "nope"), "there is no map 'nope'"),
    ):
        done = run(*arguments)
        assert (done.exit_code, says_ in done.output) == (2, True), done.output


def test_the_shipped_maps_are_printed() -> None:
    assert run("maps").output.split() == ["mlflow", "open-inference", "openai"]
    assert tomllib.loads(run("maps", "mlflow").output)["score"]["path"] == "/invocations"


def test_an_analysis_is_tried_with_a_document(world: World, tmp_path: Path) -> None:
    review = (
        '[capabilities.contract_review]\ncore = "main"\nkind = "analysis"\nrecords = ["Document"]\n[connections.acme]'
    )
    settings = written(world, {"[connections.acme]": review})
    contract, answer = tmp_path / "contract.txt", tmp_path / "answer.json"
    contract.write_text("This contract is governed by the laws of Sweden.")
    answer.write_text(json.dumps(analysis(contract.read_text())))
    try_ = ("try", "contract_review", "-c", settings)
    done = run(*try_, "--document", contract, "--answer", answer)
    assert done.exit_code == 0, done.output
    assert "governed by the laws of Sweden" in done.output
    answer.write_text(json.dumps(analysis("It is governed by the laws of Norway.")))
    done = run(*try_, "--document", contract, "--answer", answer)
    assert done.exit_code == 1
    assert "REFUSED, analysis at findings[1].quote" in done.output
    assert world.core.asked == 0
    for wrong, why in (((), "An analysis is of a document."), (("--document", answer.with_suffix(".toml")), "exist")):
        done = run(*try_, *wrong)
        assert (done.exit_code, why in done.output) == (2, True), done.output
