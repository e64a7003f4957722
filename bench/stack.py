"""Starts everything that is measured, on free ports, and ends it again."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from app.demo import keys
from app.demo.children import Child, Children
from app.demo.crm import leads as invented
from app.demo.crm import match
from app.demo.crm.config import CrmConfig
from bench import nginx
from bench.configuration import configuration, free_ports
from bench.proofs import CARRIED, COMPONENT, FRAMED, PAGES, Places, Signer

THREADS = 8
RECORDS = 200
_READY_S = 60.0
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Stack:
    """What is running. `pid` and `port` have the names `inlay`, `road` and `bare`, and `nginx` where there is one."""

    places: Places
    records: list[str]
    signer: Signer
    pid: dict[str, int]
    port: dict[str, int]
    http: requests.Session
    workers: int


@contextmanager
def started(state: Path, workers: int) -> Iterator[Stack]:
    """Core, CRM and Inlay as the demo starts them; beside them a slow core, the bare server, nginx, the host page."""
    ports = free_ports("inlay", "crm", "core", "slow", "host", "bare", "road", "nginx")
    keys.make(state / "keys")
    places = Places(
        inlay=f"http://localhost:{ports['inlay']}",
        crm=f"http://127.0.0.1:{ports['crm']}",
        core=f"http://127.0.0.1:{ports['core']}",
        slow=f"http://127.0.0.1:{ports['slow']}",
        host=f"http://127.0.0.1:{ports['host']}",
        static=f"http://localhost:{ports['host']}",
        keys=str(state / "keys"),
    )
    records = [f"Lead/{key}" for key in list(invented.generate().rows)[:RECORDS]]
    with Children() as children:
        running = {"inlay": _inlay(children, places, state, workers)}
        running["road"] = _road(children, ports["road"], workers, state)
        signer = Signer(places)
        fragment, style = _badge(children.http, places, signer, records[0])
        pages = {"places": asdict(places), "records": records, "fragment": fragment, "style": style}
        running["bare"] = _beside(children, ports, workers, state, pages)
        stack = Stack(places, records, signer, {}, ports, children.http, workers)
        running |= _nginx(children, stack, state)
        stack.pid.update({name: child.pid for name, child in running.items()})
        yield stack


def open_session(stack: Stack, records: Sequence[str], *, shown: bool = True, carried: bool = False) -> dict[str, Any]:
    """The answer of `POST /session` to a fresh guest launch, asked without an Origin, as by a frame.

    With the records' first fragments if they are to be `shown` at once.
    """
    connection = CARRIED if carried else PAGES
    proof = stack.signer.carried(records) if carried else stack.signer.guest(records)
    form: dict[str, Any] = {"grant_type": GRANT, "subject_token_type": JWT, "connection": connection}
    form |= {"component": COMPONENT, "subject_token": proof, "records": records if shown else []}
    response = stack.http.post(f"{stack.places.inlay}/session", data=form, timeout=30)
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def _inlay(children: Children, places: Places, state: Path, workers: int) -> Child:
    until = time.monotonic() + _READY_S
    core = children.start(
        "The core",
        [str(_BIN / "inlay-core"), "serve", "--port", _port(places.core)],
        state / "core.log",
        f"{places.core}/healthz",
    )
    slow = _granian(children, "bench.core", int(_port(places.slow)), 1, state, "/healthz")
    config = CrmConfig(places.crm, places.inlay, places.core, places.keys, str(state))
    config.save(state / "crm.json")
    crm = children.start(
        "The CRM",
        [sys.executable, "-m", "app.demo.crm", "--config", str(state / "crm.json")],
        state / "crm.log",
        f"{places.crm}/healthz",
    )
    core.wait_ready(children.http, until)
    offered = children.http.get(f"{places.core}/v1/capabilities", timeout=5).json()
    fits = match.fits(offered["capabilities"], [column.name for column in invented.generate().columns])
    text = configuration(places, fits, workers)
    (state / "inlay.toml").write_text(text, encoding="utf-8")
    command = [str(_BIN / "inlay"), "serve", "-c", str(state / "inlay.toml")]
    inlay = children.start("Inlay", command, state / "inlay.log", f"{places.inlay}/readyz")
    for each in (crm, slow, inlay):
        each.wait_ready(children.http, until)
    return inlay


def _road(children: Children, port: int, workers: int, state: Path) -> Child:
    """The same node's answers through Flask: another server on the same configuration and the same database."""
    os.environ["BENCH_CONFIG"] = str(state / "inlay.toml")
    road = _granian(children, "bench.road", port, workers, state, "/readyz")
    road.wait_ready(children.http, time.monotonic() + _READY_S)
    return road


def _beside(children: Children, ports: dict[str, int], workers: int, state: Path, pages: dict[str, Any]) -> Child:
    (state / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    (state / "body.html").write_text(pages["fragment"], encoding="utf-8")
    os.environ["BENCH_PAGES"] = str(state / "pages.json")
    os.environ["BENCH_BODY"] = str(state / "body.html")
    until = time.monotonic() + _READY_S
    bare = _granian(children, "bench.bare", ports["bare"], workers, state, "/raw")
    host = _granian(children, "bench.pages", ports["host"], 1, state, "/badge")
    bare.wait_ready(children.http, until)
    host.wait_ready(children.http, until)
    return bare


def _nginx(children: Children, stack: Stack, state: Path) -> dict[str, Child]:
    """One that serves a badge's bytes, as Inlay answers them; none where there is no such program."""
    if not nginx.program():
        return {}
    token = open_session(stack, stack.records[:1])["access_token"]
    answer = stack.http.get(
        f"{stack.places.inlay}/components/{COMPONENT}",
        params={"record": stack.records[0]},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    port = stack.port["nginx"]
    command = nginx.configured(state / "nginx", port, stack.workers, answer.content, answer.headers)
    child = children.start("nginx", command, state / "nginx.log", f"http://127.0.0.1:{port}{nginx.AT}")
    child.wait_ready(stack.http, time.monotonic() + _READY_S)
    return {"nginx": child}


def _granian(children: Children, module: str, port: int, workers: int, state: Path, health: str) -> Child:
    """The server and the settings of `inlay serve`."""
    options = {"--interface": "wsgi", "--host": "127.0.0.1", "--port": port, "--workers": workers}
    options["--blocking-threads"] = THREADS
    command = [str(_BIN / "granian"), *(str(each) for option in options.items() for each in option)]
    command += ["--factory", "--no-ws", "--respawn-failed-workers", "--no-access-log", f"{module}:application"]
    return children.start(module, command, state / f"{module}.log", f"http://127.0.0.1:{port}{health}")


def _badge(http: requests.Session, places: Places, signer: Signer, record: str) -> tuple[str, str]:
    """The fragment and the sheet that a real launch answers, for the rows that Inlay is compared with."""
    until = time.monotonic() + 15
    while True:
        page = http.post(
            f"{places.inlay}/launch/{FRAMED}?component={COMPONENT}",
            data={"signed_request": signer.canvas(record)},
            timeout=30,
        )
        page.raise_for_status()
        fragment = re.search(r'<div class="score-badge".*?</div>', page.text, re.DOTALL)
        style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
        if fragment and style and 'data-state="ready"' in fragment[0]:
            return fragment[0], style[1]
        if time.monotonic() > until:
            raise RuntimeError(f"The badge does not become ready; the page says:\n{page.text}")
        time.sleep(0.3)


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1]
