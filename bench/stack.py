"""Starts everything that is measured, on free ports, and ends it again."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from app.demo import keys, settings
from app.demo.children import Child, Children
from app.demo.crm import leads as invented
from app.demo.crm import match
from app.demo.crm.config import CrmConfig
from bench.proofs import COMPONENT, FRAMED, PAGES, Places, Signer

THREADS = 8
RECORDS = 50
_READY_S = 60.0
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Stack:
    """What is running."""

    places: Places
    records: list[str]
    signer: Signer
    inlay: Child
    bare: Child
    ports: dict[str, int]
    http: requests.Session
    workers: int


@contextmanager
def started(state: Path, workers: int) -> Iterator[Stack]:
    """Core, CRM and Inlay as the demo starts them; beside them the bare server and the host page."""
    ports = dict(zip(("inlay", "crm", "core", "host", "bare"), _free_ports(5), strict=True))
    keys.make(state / "keys")
    places = Places(
        inlay=f"http://localhost:{ports['inlay']}",
        crm=f"http://127.0.0.1:{ports['crm']}",
        core=f"http://127.0.0.1:{ports['core']}",
        host=f"http://127.0.0.1:{ports['host']}",
        static=f"http://localhost:{ports['host']}",
        keys=str(state / "keys"),
    )
    records = [f"Lead/{key}" for key in list(invented.generate().rows)[:RECORDS]]
    with Children() as children:
        inlay = _inlay(children, places, state, workers)
        signer = Signer(places)
        fragment, style = _badge(children.http, places, signer, records[0])
        bare = _beside(children, places, state, ports, workers, records, fragment, style)
        yield Stack(places, records, signer, inlay, bare, ports, children.http, workers)


def open_session(stack: Stack, records: list[str]) -> dict[str, object]:
    """The answer of `POST /session` to a fresh guest launch, asked without an Origin, as by a frame."""
    form = {"grant_type": GRANT, "subject_token_type": JWT, "connection": PAGES, "component": COMPONENT}
    form |= {"subject_token": stack.signer.guest(records), "records": records}  # type: ignore[dict-item]
    response = stack.http.post(f"{stack.places.inlay}/session", data=form, timeout=30)
    response.raise_for_status()
    answer: dict[str, object] = response.json()
    return answer


def configuration(places: Places, fits: Sequence[match.Fit], workers: int) -> str:
    """The demo's, with one more page that may embed, and for one viewer who asks as thousands would."""
    nowhere = "http://127.0.0.1:9"  # no library is started: nothing here asks for one
    text = settings.write(settings.Addresses(places.inlay, places.crm, places.core, nowhere), fits, workers)
    text = text.replace(f'origins = ["{places.crm}"]', f'origins = ["{places.crm}", "{places.host}"]')
    return text.replace('host = "', 'limit_viewer = "1000000/second"\nlimit_launches = "1000000/second"\nhost = "')


def _inlay(children: Children, places: Places, state: Path, workers: int) -> Child:
    until = time.monotonic() + _READY_S
    core = children.start(
        "The core",
        [str(_BIN / "inlay-core"), "serve", "--port", _port(places.core)],
        state / "core.log",
        f"{places.core}/healthz",
    )
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
    crm.wait_ready(children.http, until)
    inlay.wait_ready(children.http, until)
    return inlay


def _beside(
    children: Children,
    places: Places,
    state: Path,
    ports: dict[str, int],
    workers: int,
    records: list[str],
    fragment: str,
    style: str,
) -> Child:
    given = {"places": asdict(places), "records": records, "fragment": fragment, "style": style}
    (state / "pages.json").write_text(json.dumps(given), encoding="utf-8")
    (state / "body.html").write_text(fragment, encoding="utf-8")
    os.environ["BENCH_PAGES"] = str(state / "pages.json")
    os.environ["BENCH_BODY"] = str(state / "body.html")
    until = time.monotonic() + _READY_S
    bare = _granian(children, "bench.bare", ports["bare"], workers, state, "/raw")
    host = _granian(children, "bench.pages", ports["host"], 1, state, "/badge")
    bare.wait_ready(children.http, until)
    host.wait_ready(children.http, until)
    return bare


def _granian(children: Children, module: str, port: int, workers: int, state: Path, health: str) -> Child:
    """The server and the settings of `inlay serve`."""
    command = [
        str(_BIN / "granian"),
        "--interface",
        "wsgi",
        "--factory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        str(workers),
        "--blocking-threads",
        str(THREADS),
        "--no-ws",
        "--respawn-failed-workers",
    ]
    command += ["--no-access-log", f"{module}:application"]
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


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1]
