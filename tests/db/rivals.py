"""Lets several rivals loose at the same moment and hears what each got."""

from __future__ import annotations

import subprocess


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def wait_ready(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"


def race(*processes: subprocess.Popen[str]) -> list[list[str]]:
    wait_ready(*processes)
    for process in processes:
        go(process)
    heard = [process.communicate(timeout=30)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return heard
