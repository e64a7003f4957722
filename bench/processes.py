"""What a server's processes use: CPU time and memory, from /proc."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], deque([root])
    while todo:
        found.append(todo.popleft())
        todo.extend(children.get(found[-1], ()))
    return found


def cpu_seconds(processes: list[int]) -> float:
    """User and system time that they have used so far; the kernel counts it to 10 ms a process."""
    total = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


@dataclass(frozen=True, slots=True)
class Memory:
    """MB of all of them: as each one counts it, and with what they share counted once."""

    rss: float
    pss: float


def memory(processes: list[int]) -> Memory:
    kb = {"Rss": 0, "Pss": 0}
    for each in processes:
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            name, _, size = line.partition(":")
            if name in kb:
                kb[name] += int(size.split()[0])
    return Memory(round(kb["Rss"] / 1024, 1), round(kb["Pss"] / 1024, 1))
