"""A mapped core in tests: settings from a text, as an admin writes them, and a client that asks a loopback server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.config import Settings
from app.core.cores import client
from app.core.credentials import authenticated
from app.core.mapped import MappedClient
from app.metrics import NullMetrics
from app.net.door import Door
from tests.core.server import Behaviour, Core, Handler, reply

BASE = """
[server]
public_url = "http://localhost:8000"
keys = ["file:key"]
allow_private = ["127.0.0.1"]
[store]
[cores.lead]
url = "{url}"
{core}
[capabilities.lead_score]
core = "lead"
records = ["Lead"]
fields = ["activity", "company_size"]
ttl = "5m"
[capabilities.contract_review]
core = "{reviewer}"
kind = "analysis"
records = ["Document"]
[cores.main]
url = "{url}"
"""
MLFLOW = 'map = "mlflow"\nmodel = "lead"\nmodel_version = "3"'
OIP = 'map = "open-inference"\nmodel = "lead"'
OPENAI = 'map = "openai"\nmodel = "judge-mini"\ndeadline = "5s"'
SUBJECTS = [{"type": "Lead", "id": str(n), "connection": "crm"} for n in range(200)]


def settings_of(folder: Path, core: str, url: str = "http://127.0.0.1:1", reviewer: str = "main") -> Settings:
    """Raises ConfigError."""
    key = folder / "key"
    key.write_text("0" * 32)
    key.chmod(0o600)
    return Settings.parse(BASE.format(url=url, core=core, reviewer=reviewer), str(folder / "inlay.toml"), folder)


@contextmanager
def mapped(folder: Path, core: Core, settings: str, reviewer: str = "main") -> Iterator[MappedClient]:
    whole = settings_of(folder, settings, core.url, reviewer)
    door = Door(["127.0.0.1"])
    caller = authenticated(whole.cores["lead"], door)
    found = client(whole.cores["lead"], whole.capabilities, caller, NullMetrics())
    assert isinstance(found, MappedClient)
    yield found
    door.close()


def answers(body: Callable[[str, Any], Any]) -> Behaviour:
    """JSON made of the path and of what was asked; a number stands for a status."""

    def behave(core: Core, handler: Handler, asked: bytes) -> None:
        said = body(handler.path, json.loads(asked))
        if isinstance(said, int):
            reply(handler, said, b'{"error": "no"}')
        else:
            reply(handler, 200, json.dumps(said).encode())

    return behave
