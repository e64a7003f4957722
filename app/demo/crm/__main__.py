"""`python -m app.demo.crm --config FILE`: the CRM in a process of its own, served by granian."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk
from app.demo.crm.table import TableRefusedError

_CONFIG = "LARKFIELD_CONFIG"  # how granian's worker, a process of its own, learns where the file is


def application() -> Flask:
    """Made once in the worker."""
    return create_crm(Desk.open(CrmConfig.load(Path(os.environ[_CONFIG]))))


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1, and why in words, when there is nothing to serve."""
    parser = argparse.ArgumentParser(prog="python -m app.demo.crm", description="Serve the simulated CRM.")
    parser.add_argument("--config", type=Path, required=True, help="the JSON file that says what to serve")
    path: Path = parser.parse_args(arguments).config
    try:
        config = CrmConfig.load(path)
        Desk.open(config)
    except (TableRefusedError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    os.environ[_CONFIG] = str(path.resolve())
    Granian(
        "app.demo.crm.__main__:application",
        factory=True,
        address="127.0.0.1",
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,  # one process: revoked tokens and edits live in it
        blocking_threads=8,
        websockets=False,
        log_access=False,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
