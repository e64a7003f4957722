"""An independent reader of our OpenAPI documents asks real servers all that they allow, and much that they do not.

schemathesis is installed into an environment of its own. It must find nothing: at Inlay's API as a service with a key,
as a viewer with a session, and as nobody; at the built-in core's with a key, without one, and where none is asked for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
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
CORE_CONFIG = """# What no schema can say of the core, and why an answer that looks like a refusal is right.

[[operations]]  # too little is known of the record; or the capability is none of those that were loaded
include-operation-id = "score"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "404", "422"]

[[operations]]  # a bad item spoils only its own place: the batch is answered
include-operation-id = "scoreBatch"
[operations.checks.negative_data_rejection]
expected-statuses = ["2xx", "400", "401", "413", "415", "422"]

[[operations]]  # pages follow each other within the text, and a text of white space is none; 503: 16 are under way
include-operation-id = "analyse"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "404", "422", "503"]
"""
CORE_KEY = "a-key-of-the-core-for-this-proof"


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
    assert "10/10" in clean(schemathesis, node.url, CONFIG, headers, tmp_path)


@pytest.mark.parametrize("who", ["keyed", "keyless", "open"])
def test_it_finds_nothing_at_the_core(schemathesis: Path, who: str, tmp_path: Path) -> None:
    with core(tmp_path, keyed=who != "open") as url:
        headers = {"Authorization": f"Bearer {CORE_KEY}"} if who == "keyed" else {}
        assert "7/7" in clean(schemathesis, url, CORE_CONFIG, headers, tmp_path)  # all but the document's own address


def clean(schemathesis: Path, url: str, config: str, headers: dict[str, str], folder: Path) -> str:
    """What it says of a server at which it found nothing."""
    (folder / "schemathesis.toml").write_text(config)
    command = [str(schemathesis), "run", f"{url}/openapi.json", "--url", url]
    command += ["--checks", "all", "--max-examples", "60", "--continue-on-failure", "--no-color"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
    print(done.stdout[-400:], file=sys.stderr)
    return done.stdout


@contextmanager
def core(folder: Path, *, keyed: bool) -> Iterator[str]:
    """The built-in core as a process, as a customer starts it; its address."""
    (folder / "keys").write_text(f"{CORE_KEY}\n")
    command = [str(Path(sys.executable).with_name("inlay-core")), "serve", "--port", "0"]
    command += ["--feedback", str(folder / "feedback.db")]
    command += ["--api-key-file", str(folder / "keys")] if keyed else []
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["core"]
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()
