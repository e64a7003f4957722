"""A process of its own that runs jobs until it is killed: `python -m tests.jobs.worker CONFIG NOW`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from app.application import build
from app.config import Settings


def main() -> None:
    began, now = time.monotonic(), float(sys.argv[2])
    _, runner = build(Settings.load(Path(sys.argv[1])), lambda: now + time.monotonic() - began)
    runner.start()
    print("ready", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
