"""The same Inlay without the layer that answers before Flask: what an answer costs that walks the whole road."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask

from app.application import build, create_app
from app.config import Settings


def application() -> Flask:
    """One process of it, on the configuration in the file that `BENCH_CONFIG` names; jobs are done by the other."""
    parts, _ = build(Settings.load(Path(os.environ["BENCH_CONFIG"])))
    parts.epochs.follow()
    parts.figures.start()
    Finalize(None, parts.close, exitpriority=10)  # a worker ends as multiprocessing does
    return create_app(parts, hot=False)
