"""Another process whose viewers look at one record, for the tests of what processes do once.

It says `ready`, waits for a line, and says in what states its viewers were told of the record.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.application import create_app
from app.config import Settings
from app.db import gate
from tests.core.server import Core
from tests.scoring.test_scoring import first_state
from tests.world import LEAD, Clock, HostApi, World, running

THREADS = 16  # twice those of a worker


def main(folder: Path, looks: int) -> None:
    gate.STILL_S = gate.WAIT_S  # a machine that does other things too is no database that hangs
    settings, clock = Settings.load(folder / "inlay.toml"), Clock()
    with running(settings, clock) as (parts, runner):
        here = World(settings, folder, Core(), HostApi(), clock, parts, runner, create_app(parts).test_client())
        token = here.element_token(records=[], record=[LEAD])
        print("ready", flush=True)
        sys.stdin.readline()
        with ThreadPoolExecutor(THREADS) as threads:
            states = Counter(threads.map(lambda _: first_state(here, token), range(looks)))
        for state, count in states.items():
            print(f"{state}:{count}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
