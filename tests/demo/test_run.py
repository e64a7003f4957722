"""The whole demo: refused with words; on one's own rows; ended when a part of it does.

That it starts, answers and goes is seen in tests/e2e, which is about one.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from app.demo.run import run
from tests.e2e.demo import free_block

START = """
import sys
from app.demo.run import run
sys.exit(run(port=int(sys.argv[1]), state_dir=sys.argv[2], leads=sys.argv[3] or None))
"""
BANK = """\
lead_id,age,job,marital,education,balance,Müsli
L1,40,technician,married,tertiary,900,ja
L2,30,student,single,NaN,0,nein
L2,1,x,x,x,x,x
L3,2
"""


@dataclass
class Demo:
    process: subprocess.Popen[str]
    urls: dict[str, str]


def started(folder: Path, leads: str = "") -> Demo:
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(free_block()), str(folder), leads],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate(timeout=20)[1])
    return Demo(process, json.loads(line))


def test_a_taken_port_is_named_with_its_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_block()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        assert run(port=port, state_dir=tmp_path) == 1
    assert f"Port {port + 1}, wanted for the CRM, is taken" in (words := capsys.readouterr().err)
    assert "PORT=" in words


@pytest.mark.parametrize("port", [0, 65535, -1])
def test_ports_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], port: int) -> None:
    assert run(port=port, state_dir=tmp_path) == 1
    assert "There is no port" in capsys.readouterr().err


def test_a_bad_file_is_refused_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,age\nx,1\n")
    assert run(port=free_block(), leads=path, state_dir=tmp_path / "state") == 1
    assert "no id column" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


@pytest.mark.proof
def test_own_rows_are_scored_by_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(BANK.encode("cp1252"))
    running = started(tmp_path / "state", str(path))
    try:
        config = (tmp_path / "state/inlay.toml").read_text()
        assert "[capabilities.bank_lead_score]" in config
        page = requests.get(f"{running.urls['crm']}/columns", timeout=5).text
        assert "2 rows were left out" in page
        assert "Line 4 repeats the id L2 of line 3" in page
        assert "Müsli" in page
        assert "L1" in requests.get(f"{running.urls['crm']}/leads", timeout=5).text
        crashed = int(subprocess.check_output(["pgrep", "-f", "-o", f"{tmp_path}/state/crm.json"], text=True))
        os.kill(crashed, signal.SIGKILL)
        _, errors = running.process.communicate(timeout=20)
        assert running.process.returncode == 1
        assert "The CRM has ended" in errors
    finally:
        running.process.kill()


def test_a_folder_without_documents_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for folder, words in (("none", "Check the path of --documents"), ("empty", "Put files of these kinds there")):
        assert run(port=free_block(), documents=tmp_path / folder, state_dir=tmp_path / "state") == 1
        assert words in capsys.readouterr().err
    assert not (tmp_path / "state").exists()
