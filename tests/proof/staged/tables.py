"""Tables that proofs print. `INLAY_TABLES` names a folder in which they are kept: `make load` keeps them in bench/."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *([str(each).replace("|", "\\|") for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def about(rate: float) -> str:
    """Where and when it was measured."""
    return (
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, {rate:g} requests "
        "a second."
    )


def kept(name: str, text: str) -> None:
    sys.stdout.write(f"\n{text}\n")
    if folder := os.environ.get("INLAY_TABLES"):
        (Path(folder) / f"{name}.md").write_text(f"{text}\n", encoding="utf-8")
