"""A library of contracts beside what else is measured, and an Inlay within this process that reads them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import Client

from app.application import build, create_app
from app.config import Settings
from app.db import Database
from app.db.migrations import upgrade
from app.demo.children import Children
from app.demo.library import settings
from app.demo.library.config import LibraryConfig
from app.demo.library.desk import SIDEBAR, Desk
from app.demo.library.people import PEOPLE
from app.web.parts import Parts
from bench.configuration import free_ports
from bench.stack import GRANT, JWT, Stack

FREE = 'limit_viewer = "10000000/minute"\n'  # one viewer asks as thousands do
CONNECTION, PERSON = "library", "dana"
_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Sidebar:
    """One contract's, which is ready: whom to ask for it, and with what token."""

    parts: Parts
    app: Flask  # all layers
    road: Flask  # without the answer before Flask
    record: str
    token: str
    origin: str


@contextmanager
def sidebar(stack: Stack, state: Path) -> Iterator[Sidebar]:
    """The largest contract of the demo's library, analysed by the built-in core."""
    at = f"http://127.0.0.1:{free_ports('library')['library']}"
    places = stack.places
    common = {"inlay": places.inlay, "core": places.core, "keys": places.keys, "crm": places.crm}
    config = LibraryConfig(origin=at, state=str(state / "library"), **common)
    config.save(state / "library.json")
    with Children() as children:
        command = [sys.executable, "-m", "app.demo.library", "--config", str(state / "library.json")]
        library = children.start("The library", command, state / "library.log", f"{at}/healthz")
        library.wait_ready(children.http, time.monotonic() + _WITHIN_S)
        offered = children.http.get(f"{places.core}/v1/capabilities", timeout=5).json()["capabilities"]
        said = settings.write(at, places.crm, offered).replace('host = "', f'{FREE}host = "')
        text = (state / "inlay.toml").read_text(encoding="utf-8") + said
        text = text.replace("sqlite:///inlay.db", "sqlite:///documents.db")  # the jobs of this one are its own
        (state / "documents.toml").write_text(text.replace("127.0.0.1:9", at.removeprefix("http://")), "utf-8")
        yield from _reading(Settings.load(state / "documents.toml"), Desk.open(config), at)


def _reading(configured: Settings, desk: Desk, origin: str) -> Iterator[Sidebar]:
    with closing(Database(configured.store.url)) as database:
        upgrade(database)
    parts, runner = build(configured)
    with closing(parts):
        parts.epochs.follow()
        runner.start()
        app, road = create_app(parts), create_app(parts, hot=False)
        record = max(desk.documents.all(), key=lambda each: each.size).record
        form = {"grant_type": GRANT, "subject_token_type": JWT, "subject_token": desk.token(PEOPLE[PERSON])}
        form |= {"connection": CONNECTION, "component": SIDEBAR, "records": record}
        answer = Client(road).post("/session", data=form, headers={"Origin": origin})
        found = Sidebar(parts, app, road, record, answer.json["access_token"], origin)
        _wait(found)
        yield found


def _wait(asked: Sidebar) -> None:
    """Until it is ready. Raises RuntimeError when it does not become so."""
    until, path = time.monotonic() + _WITHIN_S, f"/components/{SIDEBAR}?record={asked.record}"
    headers = {"Origin": asked.origin, "Authorization": f"Bearer {asked.token}"}
    while (state := Client(asked.road).get(path, headers=headers).headers.get("Inlay-State")) != "ready":
        if time.monotonic() > until:
            raise RuntimeError(f"The sidebar does not become ready: it is {state}.")
        time.sleep(0.1)
