"""The demo's processes: waited for, told of when they end, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.demo.children import Child, ChildEndedError, Children

NOWHERE = "http://127.0.0.1:9/"
SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_crash_is_told_with_its_last_lines(tmp_path: Path) -> None:
    with Children() as children:
        code = "import sys; print('line one'); sys.exit('the reason')"
        child = children.start("The thing", [sys.executable, "-c", code], tmp_path / "log", NOWHERE)
        with pytest.raises(ChildEndedError, match=r"(?s)The thing has ended \(code 1\).*the reason"):
            child.wait_ready(children.http, time.monotonic() + 20)


def test_waiting_is_bounded(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start("The thing", SLEEPS, tmp_path / "log", NOWHERE)
        with pytest.raises(ChildEndedError, match="does not answer"):
            child.wait_ready(children.http, time.monotonic() + 0.1)
    assert not alive(child.pid)


def test_all_end_with_their_own_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({SLEEPS!r})\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with Children() as children:
        children.start("The parent", [sys.executable, "-c", code], tmp_path / "log", NOWHERE)
        until = time.monotonic() + 20
        while not (tmp_path / "log").read_text().strip() and time.monotonic() < until:
            time.sleep(0.01)
        grandchild = int((tmp_path / "log").read_text())
    until = time.monotonic() + 5
    while alive(grandchild) and time.monotonic() < until:  # until init has taken it in
        state = Path(f"/proc/{grandchild}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.01)
    else:
        assert not alive(grandchild)


def test_one_that_may_stop_does_not_end_the_others(tmp_path: Path) -> None:
    told: list[str] = []

    def stopped(child: Child) -> None:
        told.append(child.name)
        os.kill(other.pid, signal.SIGKILL)

    with Children() as children:
        core = children.start("The core", SLEEPS, tmp_path / "core.log", NOWHERE, may_stop=True)
        other = children.start("The other", SLEEPS, tmp_path / "other.log", NOWHERE)
        os.kill(core.pid, signal.SIGTERM)
        with pytest.raises(ChildEndedError, match="The other has ended"):
            children.watch(stopped)
    assert told == ["The core"]


def test_a_second_signal_does_not_leave_children_behind(tmp_path: Path) -> None:
    """As `timeout`, or one who presses Ctrl-C twice, sends it."""
    slow = (
        "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(0.5), sys.exit()))\n"
        "while 1: time.sleep(0.05)"
    )
    code = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from app.demo.children import Children\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "with Children() as children:\n"
        f"    child = children.start('Slow', [sys.executable, '-c', {slow!r}], Path({str(tmp_path / 'log')!r}), '')\n"
        "    print(child.pid, flush=True)\n"
        "    signal.pause()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.2)
        for _ in range(2):
            parent.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        parent.wait(10)
    assert not alive(pid)
