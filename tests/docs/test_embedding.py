"""docs/embedding.md, followed: its settings, its token and the built-in core make a badge with a number."""

from __future__ import annotations

import os
import textwrap
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest

from app.application import build, create_app
from app.config import Settings
from app.db import Database
from app.db.migrations import upgrade
from app.keys.store import make
from app.scorer.http import create_core
from app.scorer.loader import SHIPPED, load_folder
from tests.docs.pages import page
from tests.machines.api.test_api_docs import Quiet

PAGE = page("docs/embedding.md")


@pytest.fixture
def core() -> Iterator[str]:
    """The built-in core, as `inlay-core serve` has it."""
    server = make_server("127.0.0.1", 0, create_core(load_folder(SHIPPED)), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def signed() -> str:
    """The token of the page's example."""
    [code] = PAGE.blocks("python")
    told: dict[str, Any] = {"time": time, "uuid": uuid, "os": os}
    exec(textwrap.dedent(code.text), told)
    return str(told["token"])


def test_its_settings_and_its_token_make_a_badge(core: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INLAY_KEY", "ACME_KEY"):
        monkeypatch.setenv(name, f"{name}-0123456789abcdef0123456789abcdef")
    text = PAGE.blocks("toml")[0].text.replace("http://127.0.0.1:8002", core)
    text += f'[store]\nurl = "sqlite:///{tmp_path}/inlay.db"\n'
    settings = Settings.parse(text.replace('core = "main"', 'core = "main"\nwait = "5s"'), "inlay.toml", tmp_path)
    database = Database(settings.store.url)
    upgrade(database)
    make(settings.store.keys_url, database, is_ours=True)
    database.close()
    parts, _ = build(settings)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": signed(),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "connection": "acme",
        "component": "score-badge", "records": ["Lead/4711"],
    }  # fmt: skip
    answer = create_app(parts).test_client().post("/session", data=form, headers={"Origin": "http://127.0.0.1:5000"})
    parts.close()
    assert answer.status_code == 200, answer.text
    [fragment] = answer.json["fragments"]
    assert fragment["state"] == "ready"
    assert "out of 100" in fragment["html"]
