"""Lets several rivals loose at the same moment and hears what each got."""

from __future__ import annotations

from tests.processes import Program


def go(process: Program) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def wait_ready(*processes: Program) -> None:
    for process in processes:
        assert process.stdout.readline() == "ready\n"


def race(*processes: Program) -> list[list[str]]:
    wait_ready(*processes)
    for process in processes:
        go(process)
    heard = [process.communicate(timeout=30)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return heard
