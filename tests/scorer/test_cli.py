"""The commands, and one real server: it says when it is ready, keeps connections, stops when told."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from app import scorer
from app.scorer.cli import main
from app.scorer.openapi import openapi
from app.scorer.protocol import SCORE
from app.scorer.serve import Options, StartRefused, claim_port, load_core, read_keys
from tests.scorer.cards import TEXT
from tests.scorer.contract.books import TEXT as PLAYBOOK

KEY = "a-key-that-is-long-enough"


@pytest.fixture
def core(tmp_path: Path) -> Iterator[tuple[str, int]]:
    keys = tmp_path / "keys"
    keys.write_text(f"# the core's key\n{KEY}\n")
    command = [sys.executable, "-c", "from app.scorer.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen([*command, "--api-key-file", str(keys)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = urlsplit(json.loads(process.stdout.readline())["core"])
            assert url.hostname is not None
            assert url.port is not None
            yield url.hostname, url.port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
    assert process.returncode == 0


def test_a_real_server_scores_over_one_connection_and_guards_its_port(core: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*core, timeout=10)
    body = json.dumps({"capability": "lead_score", "features": {"company_size": "420", "source": "Referral"}})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/v1/score", body, headers)
        response = connection.getresponse()
        assert response.status == 200
        SCORE.check(json.loads(response.read()), "")
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.request("POST", "/v1/score", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 401
    response.read()
    connection.close()
    with pytest.raises(StartRefused, match="cannot listen there"):
        claim_port(*core)


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_evaluate_tells_the_auc(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(TEXT)
    (tmp_path / "rows.csv").write_text("id,size,outcome\n1,5,no\n2,50,yes\n3,500,yes\n4,7,no\n")
    code, output = run("evaluate", tmp_path / "card.toml", tmp_path / "rows.csv", "--part", "all", "--json")
    assert code == 0
    told = json.loads(output)
    assert (told["auc"], told["rows"], told["positives"]) == (1, 4, 2)
    code, output = run("evaluate", tmp_path / "card.toml", tmp_path / "rows.csv", "--part", "all")
    assert "AUC         1.0000" in output
    code, output = run("evaluate", tmp_path / "card.toml", tmp_path / "rows.csv", "--outcome", "y")
    assert code == 1
    assert "no column y" in output


def test_evaluate_measures_a_playbook_on_labelled_contracts(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("This contract is governed by the laws of the State of Ohio.")
    (tmp_path / "labels.csv").write_text("file,Governing Law,Governing Law-Answer\none.txt,['the laws of'],Ohio\n")
    code, output = run("evaluate", tmp_path)
    assert code == 0, output
    assert "governing-law" in output
    assert "1 contracts of 1 pages" in output
    own = tmp_path / "own.toml"
    own.write_text(PLAYBOOK.replace("categories.law", "categories.governing-law"))
    code, output = run("evaluate", own, tmp_path, "--json")
    assert json.loads(output)["scores"][-1] == {
        "category": "micro-average", "right": 1, "wrong": 0, "missed": 0, "precision": 1, "recall": 1, "f1": 1,
    }  # fmt: skip
    assert run("evaluate", own)[0] == 2
    own.write_text("nonsense")
    code, output = run("evaluate", own, tmp_path)
    assert (code, "own.toml: not valid TOML" in output) == (1, True)
    code, output = run("serve", "--playbook", own)
    assert (code, "own.toml: not valid TOML" in output) == (1, True)


def test_fit_writes_a_scorecard_that_states_its_quality(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="fitting needs the fit extra")
    (tmp_path / "card.toml").write_text(TEXT)
    rows = "".join(f"{n},{n},{'yes' if n % 7 < n / 30 else 'no'}\n" for n in range(210))
    (tmp_path / "rows.csv").write_text("id,size,outcome\n" + rows)
    code, output = run("fit", tmp_path / "card.toml", tmp_path / "rows.csv", "-o", tmp_path / "fitted.toml")
    assert code == 0, output
    told = json.loads(run("evaluate", tmp_path / "fitted.toml", tmp_path / "rows.csv", "--json")[1])
    assert f"AUC {told['auc']:.4f} on {told['rows']} held-out rows" in output
    assert f"auc_held_out = {round(told['auc'], 4)}" in (tmp_path / "fitted.toml").read_text()
    assert (tmp_path / "card.toml").read_text() == TEXT


def test_openapi_prints_what_is_served() -> None:
    assert json.loads(run("openapi")[1]) == json.loads(json.dumps(openapi()))


def test_a_bad_start_is_refused_with_words(tmp_path: Path) -> None:
    code, output = run("serve", "--scorecards", tmp_path)
    assert code == 1
    assert "holds no scorecard" in output
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, output = run("serve", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "Choose another --port" in output
    assert run("serve", "--port", "70000")[0] == 2


def test_keys_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    for text, words in (
        ("", "holds no key"),
        ("short\n", "shorter than 16"),
        ("# only this\n", "holds no key"),
    ):
        file.write_text(text)
        with pytest.raises(StartRefused, match=words):
            read_keys(file)
    file.write_text(f"{KEY}\n\n{KEY}-next\n")
    assert read_keys(file) == (KEY, f"{KEY}-next")
    assert read_keys(None) == ()
    with pytest.raises(StartRefused, match="cannot be read"):
        read_keys(tmp_path / "none")
    (tmp_path / "card.toml").write_text(TEXT)
    core = load_core(Options("127.0.0.1", 0, tmp_path, api_key_file=file))
    assert core.test_client().get("/v1/capabilities").status_code == 401


def test_the_committed_description_is_the_one_that_is_served() -> None:
    """It is there for readers; made by `inlay-core openapi > app/scorer/openapi-core.json`."""
    committed = Path(scorer.__file__).with_name("openapi-core.json")
    assert json.loads(committed.read_text()) == json.loads(json.dumps(openapi()))
