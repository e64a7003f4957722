"""`python -m app.demo.library --config FILE`: the document library in a process of its own, served by granian."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from app.demo.library.app import create_library
from app.demo.library.config import LibraryConfig
from app.demo.library.desk import Desk
from app.demo.library.store import LibraryRefusedError

_CONFIG = "LARKFIELD_LIBRARY"  # how granian's worker, a process of its own, learns where the file is


def application() -> Flask:
    """Made once in the worker."""
    return create_library(Desk.open(LibraryConfig.load(Path(os.environ[_CONFIG]))))


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1, and why in words, when there is nothing to serve."""
    parser = argparse.ArgumentParser(prog="python -m app.demo.library", description="Serve the simulated library.")
    parser.add_argument("--config", type=Path, required=True, help="the JSON file that says what to serve")
    path: Path = parser.parse_args(arguments).config
    try:
        config = LibraryConfig.load(path)
        Desk.open(config)
    except (LibraryRefusedError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    os.environ[_CONFIG] = str(path.resolve())
    Granian(
        "app.demo.library.__main__:application",
        factory=True,
        address="127.0.0.1",
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,  # one process: subscriptions and uploads live in it
        blocking_threads=8,
        websockets=False,
        log_access=False,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
