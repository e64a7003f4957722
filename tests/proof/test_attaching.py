"""Real servers, each installed in an environment of its own: a model of theirs answers a badge through the shipped map.

MLflow by the page docs/attaching-a-model.md, word for word; MLServer for the Open Inference Protocol; LiteLLM's proxy
for the OpenAI-style one (it checks keys and questions as a gateway does; its answer is a fixed one, since no weights
are downloaded). What cannot be installed is skipped, with the installer's last words.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.answer import drawn
from app.application import create_app
from app.cli import main
from app.config import Settings
from app.config.sections import with_section
from tests.cli.test_attaching_docs import begun, blocks
from tests.world import LEAD, World, running

pytestmark = [pytest.mark.proof, pytest.mark.alone]
MLFLOW = ("mlflow>=3", "scikit-learn")
MLSERVER = ("mlserver", "mlserver-sklearn")
# an exact one: a later release of it was tampered with once
LITELLM = ("litellm[proxy]==1.75.8",)
INSTALL_S, START_S = 900, 120


def environment(folder: Path, requirements: Sequence[str]) -> Path:
    """The `bin` of a new environment that has these."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    command = [str(folder / "bin/pip"), "install", "-q", "--no-compile", *requirements]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode:
        pytest.skip(f"pip could not install {' '.join(requirements)}: {done.stderr[-500:]}")
    return folder / "bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of its own: the world's files lie in `tmp_path`."""
    made = tmp_path / "attached"
    made.mkdir()
    return made


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def served(command: Sequence[str], ready: str, bin_: Path, folder: Path) -> Iterator[None]:
    """A server of theirs, with what it starts, until the end of the block."""
    own = {"PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=own, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        ends = time.monotonic() + START_S
        while True:
            with suppress(OSError), urllib.request.urlopen(ready, timeout=2) as answer:
                if answer.status == 200:
                    break
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < ends, log.read_text()[-3000:]
            time.sleep(0.3)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


@contextmanager
def behind(world: World, folder: Path, text: str) -> Iterator[World]:
    """The same world, with the core and the capability of this configuration."""
    told = Settings.parse(text, str(folder / "inlay.toml"), folder)
    settings = replace(world.settings, cores=told.cores, capabilities=told.capabilities)
    with running(settings, world.clock) as (parts, runner):
        client = create_app(parts).test_client()
        yield replace(world, settings=settings, parts=parts, runner=runner, client=client)


def tried(folder: Path, text: str, features: Any) -> dict[str, Any]:
    """What `inlay core try` says."""
    (folder / "inlay.toml").write_text(text)
    (folder / "lead.json").write_text(json.dumps(features))
    arguments = ["core", "try", "lead_score", "--features", str(folder / "lead.json"), "--json"]
    done = CliRunner().invoke(main, [*arguments, "-c", str(folder / "inlay.toml")])
    told: dict[str, Any] = json.loads(done.output)
    return told


def badge_and_card(here: World) -> tuple[int, str]:
    """What a viewer sees of the lead: the badge's number, and the card."""
    [fragment] = here.exchange(component="score-badge", records=[LEAD]).json["fragments"]
    assert fragment["state"] == "ready", (fragment, here.audited("core.failed"), here.audited("core.refused"))
    found = re.search(r"<b[^>]*>(\d+)</b>", fragment["html"])
    assert found, fragment["html"]
    card = here.exchange(component="score-card", records=[LEAD]).json["fragments"][0]["html"]
    return int(found[1]), card


def test_a_scikit_learn_model_in_mlflow_answers_a_badge_by_following_the_page(world: World, folder: Path) -> None:
    bin_, port = environment(folder / "model-env", MLFLOW), free_port()
    [python] = blocks("python")
    (folder / "train.py").write_text(python)
    subprocess.run([str(bin_ / "python"), "train.py"], cwd=folder, check=True, timeout=300, capture_output=True)
    [line] = [line for block in blocks("sh") for line in block.splitlines() if "models serve" in line]
    command = re.sub(r"-p 5001", f"-p {port}", line.partition('" ')[2])
    text = begun(folder).replace("http://127.0.0.1:5001", f"http://127.0.0.1:{port}")
    with served(["bash", "-c", f"exec {command}"], f"http://127.0.0.1:{port}/ping", bin_, folder):
        [features] = blocks("json")
        told = tried(folder, text, json.loads(features))
        assert told["ok"], told
        assert told["scores"][0]["value"] > 50
        every = [{"activity": n % 10, "company_size": n} for n in range(200)]
        assert len([each for each in tried(folder, text, every)["scores"] if each]) == 200
        wrong = tried(folder, text, {"activity": "many", "company_size": 3})
        assert (wrong["status"], wrong["refusals"][0]["step"]) == (400, "answer")
        checked = CliRunner().invoke(main, ["check", "-c", str(folder / "inlay.toml")])
        assert "has lead, version 1, for lead_score, by map mlflow" in checked.output
        with behind(world, folder, text) as here:
            number, card = badge_and_card(here)
            expected = tried(folder, text, {"activity": 3, "company_size": 250})["scores"][0]["value"]
            assert number == drawn(expected)
            assert "keine Gründe" in card or "no reasons" in card
            [row] = here.audited("answer.given")
            assert (row["model"], row["version"]) == ("lead", "1")


TRAIN = """
import json, sys, joblib, pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
leads = pd.DataFrame({"activity": [0.0, 1.0, 3.0, 8.0, 9.0], "company_size": [5.0, 9.0, 40.0, 250.0, 900.0]})
model = make_pipeline(SimpleImputer(), LogisticRegression(max_iter=1000)).fit(leads, [0, 0, 0, 1, 1])
joblib.dump(model, "model.joblib")
named = {"name": "lead", "implementation": "mlserver_sklearn.SKLearnModel"}
json.dump(named | {"parameters": {"uri": "./model.joblib", "version": "v7"}}, open("model-settings.json", "w"))
ports = dict(zip(("http_port", "grpc_port", "metrics_port"), map(int, sys.argv[1:])))
json.dump({"host": "127.0.0.1", "parallel_workers": 0} | ports, open("settings.json", "w"))
"""


def test_a_scikit_learn_model_in_mlserver_answers_a_badge(world: World, folder: Path) -> None:
    bin_, ports = environment(folder / "env", MLSERVER), [free_port() for _ in range(3)]
    (folder / "train.py").write_text(TRAIN)
    subprocess.run([str(bin_ / "python"), "train.py", *map(str, ports)], cwd=folder, check=True, timeout=300)
    url = f"http://127.0.0.1:{ports[0]}"
    core = f'[cores.lead]\nurl = "{url}"\nmap = "open-inference"\nmodel = "lead"\noutput = "predict_proba"\n'
    text = with_section(begun(folder), core, "cores", "lead")
    with served([str(bin_ / "mlserver"), "start", "."], f"{url}/v2/models/lead/ready", bin_, folder):
        every = [{"activity": n % 10, "company_size": n} for n in range(199)] + [{"activity": None}]
        told = tried(folder, text, every)
        assert told["ok"], told["refusals"]
        assert len(told["scores"]) == 200
        classes = tried(folder, text.replace('output = "predict_proba"\n', ""), {"activity": 3})
        assert "a class and no probability" in classes["refusals"][0]["what"]
        with behind(world, folder, text) as here:
            number, _ = badge_and_card(here)
            value = tried(folder, text, {"activity": 3, "company_size": 250})["scores"][0]["value"]
            assert number == drawn(value)
            assert here.audited("answer.given")[0]["version"] == "v7"


JUDGE = {
    "score": 64,
    "confidence": 0.8,
    "factors": [{"label": "Much activity", "effect": 6, "fields": ["activity"]}],
}


def test_a_language_model_behind_a_gateway_answers_a_badge(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_, port = environment(folder / "env", LITELLM), free_port()
    config = {
        "model_list": [
            {
                "model_name": "judge",
                "litellm_params": {"model": "openai/judge", "api_key": "none", "mock_response": json.dumps(JUDGE)},
            }
        ],
        "general_settings": {"master_key": "sk-inlay-proof"},
    }
    (folder / "gateway.yaml").write_text(json.dumps(config))  # JSON is YAML
    monkeypatch.setenv("GATEWAY_KEY", "sk-inlay-proof")
    url = f"http://127.0.0.1:{port}"
    core = (
        f'[cores.lead]\nurl = "{url}"\nmap = "openai"\nmodel = "judge"\ndeadline = "20s"\n'
        'auth = "api-key"\napi_keys = ["env:GATEWAY_KEY"]\n'
    )
    text = with_section(begun(folder), core, "cores", "lead")
    command = [str(bin_ / "litellm"), "--config", "gateway.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with served(command, f"{url}/health/liveliness", bin_, folder):
        told = tried(folder, text, {"activity": 3, "company_size": 250})
        assert told["ok"], told
        checked = CliRunner().invoke(main, ["check", "-c", str(folder / "inlay.toml")])
        assert "takes the key env:GATEWAY_KEY." in checked.output
        with behind(world, folder, text) as here:
            number, card = badge_and_card(here)
            assert number == 64
            assert "Much activity" in card
