"""An independent reader of our OpenAPI document asks a real server all that it allows, and much that it does not.

schemathesis is installed into an environment of its own. It must find nothing: as a service with a key, as a viewer
with a session, and as nobody.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.nodes import Process, serving, session
from tests.proof.test_imports import bring, key, rows

pytestmark = pytest.mark.proof
CONFIG = """# What no schema can say, and why an answer that looks like a refusal is right.

[[operations]]  # a row's shape is described, but to OpenAPI 3.1 a body of many rows is a text
include-operation-id = "importScores"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "409", "422", "503"]

[[operations]]  # a proof that does not hold is an invalid_grant, whose status is 400: RFC 6749, section 5.2
include-operation-id = "openSession"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "503"]
"""


@pytest.fixture(scope="module")
def schemathesis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schemathesis")
    venv.create(folder, with_pip=True)
    installing = [str(folder / "bin" / "pip"), "install", "--quiet", "schemathesis>=4.30"]
    done = subprocess.run(installing, capture_output=True, text=True, check=False, timeout=400)
    if done.returncode:
        pytest.skip(f"schemathesis cannot be installed here: {done.stderr[-300:]}")
    return folder / "bin" / "schemathesis"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("node")
    with serving(folder, f"sqlite:///{folder}/inlay.db", "http://127.0.0.1:9", answers="import") as [one]:
        yield one


@pytest.mark.parametrize("who", ["service", "viewer", "nobody"])
def test_it_finds_nothing(node: Process, schemathesis: Path, who: str, tmp_path: Path) -> None:
    headers = {}
    if who == "service":
        headers = key(node)
        assert bring(node, headers, "first", rows(64.0, n=50), 50).ok
    elif who == "viewer":
        headers = {"Authorization": f"Bearer {session(node, 'zoe', ['Lead/5'])}"}
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [str(schemathesis), "run", f"{node.url}/openapi.json", "--url", node.url]
    command += ["--checks", "all", "--max-examples", "60", "--continue-on-failure", "--no-color"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
    assert "10/10" in done.stdout, done.stdout
    print(done.stdout[-400:], file=sys.stderr)
