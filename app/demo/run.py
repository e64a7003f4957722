"""Starts the whole demo on one machine: the scoring core, Inlay, and the CRM and the library that embed it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from app.demo import gallery, keys, settings
from app.demo.children import Child, ChildEndedError, Children
from app.demo.crm import leads as invented
from app.demo.crm import match, table
from app.demo.crm.config import CrmConfig
from app.demo.library import settings as library_settings
from app.demo.library.config import LibraryConfig
from app.demo.library.store import LibraryRefusedError, found_in
from app.demo.settings import Addresses

DEFAULT_STATE = Path("var/demo")
_READY_WITHIN_S = 60.0


class DemoRefusedError(Exception):
    """The demo cannot start; the message says why and what to do."""


class _Stopped(BaseException):
    """SIGTERM: end the children, as for Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is about to be started, checked before anything is."""

    at: Addresses
    source: table.Table
    state: Path
    leads: Path | None
    id_column: str | None
    documents: Path | None


def run(
    *,
    port: int = 8000,
    leads: Path | str | None = None,
    state_dir: Path | str = DEFAULT_STATE,
    id_column: str | None = None,
    documents: Path | str | None = None,
    open_browser: bool = False,
    say: Callable[[str], None] | None = None,
) -> int:
    """Run until Ctrl-C, SIGTERM or a crash; returns the exit code. `say` gets each text of output."""
    say = say or _print
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        began = time.monotonic()
        plan = _plan(port, _path(leads), Path(state_dir), id_column, _path(documents))
        with Children() as children:
            core = _start(children, plan)
            say(json.dumps(asdict(plan.at) | {"preview": plan.at.preview, "admin": plan.at.admin}))
            say(_words(plan, core.pid, time.monotonic() - began))
            if open_browser:
                webbrowser.open(plan.at.crm)
            children.watch(lambda child: say(_stopped(child, plan)))
    except (DemoRefusedError, table.TableRefusedError, LibraryRefusedError, ChildEndedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (KeyboardInterrupt, _Stopped):
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _path(given: Path | str | None) -> Path | None:
    return Path(given) if given else None


def _plan(port: int, leads: Path | None, state: Path, id_column: str | None, documents: Path | None) -> Plan:
    """Refuse taken ports and bad files before anything is started; make what is missing."""
    at = _addresses(port)
    source = table.read(leads, id_column) if leads else invented.generate()
    if documents:
        found_in(documents)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)  # logs and edits are the user's own
    keys.make(state / "keys")
    return Plan(at, source, state.resolve(), leads, id_column, documents)


def _addresses(port: int) -> Addresses:
    for number, who in enumerate(("Inlay", "the CRM", "the scoring core", "the library"), port):
        if not 0 < number < 65536:
            raise DemoRefusedError(f"There is no port {number}. Choose another: PORT=8000 make demo")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                raise DemoRefusedError(
                    f"Port {number}, wanted for {who}, is taken by another program. End that one, "
                    f"or choose other ports: PORT={port + 10} make demo, or inlay demo --port {port + 10}"
                ) from error
    return Addresses(
        inlay=f"http://localhost:{port}",  # another site than 127.0.0.1, as a customer's would be
        crm=f"http://127.0.0.1:{port + 1}",
        core=f"http://127.0.0.1:{port + 2}",
        library=f"http://127.0.0.1:{port + 3}",
    )


def _start(children: Children, plan: Plan) -> Child:
    """Core and hosts at once; Inlay as soon as the core has said which fields its scorecards read."""
    at, state, until = plan.at, plan.state, time.monotonic() + _READY_WITHIN_S
    core = children.start(
        "The scoring core",
        [_script("inlay-core"), "serve", "--port", at.core.rsplit(":", 1)[1], "--feedback", str(state / "feedback.db")],
        state / "core.log",
        f"{at.core}/healthz",
        may_stop=True,
    )
    _crm_config(plan).save(state / "crm.json")
    crm = children.start(
        "The CRM",
        [sys.executable, "-m", "app.demo.crm", "--config", str(state / "crm.json")],
        state / "crm.log",
        f"{at.crm}/healthz",
    )
    _library_config(plan).save(state / "library.json")
    library = children.start(
        "The library",
        [sys.executable, "-m", "app.demo.library", "--config", str(state / "library.json")],
        state / "library.log",
        f"{at.library}/healthz",
    )
    core.wait_ready(children.http, until)
    offered = children.http.get(f"{at.core}/v1/capabilities", timeout=5).json()
    fits = match.fits(offered["capabilities"], [column.name for column in plan.source.columns])
    written = settings.write(at, fits) + gallery.write(at, fits[0])
    written += library_settings.write(at.library, at.crm, offered["capabilities"])
    (state / "inlay.toml").write_text(written, encoding="utf-8")
    inlay = children.start(
        "Inlay",
        [_script("inlay"), "serve", "-c", str(state / "inlay.toml")],
        state / "inlay.log",
        f"{at.inlay}/readyz",
    )
    for child in (crm, library, inlay):
        child.wait_ready(children.http, until)
    return core


def _crm_config(plan: Plan) -> CrmConfig:
    return CrmConfig(
        origin=plan.at.crm,
        inlay=plan.at.inlay,
        core=plan.at.core,
        library=plan.at.library,
        keys=str(plan.state / "keys"),
        state=str(plan.state),
        leads=str(plan.leads.resolve()) if plan.leads else "",
        id_column=plan.id_column or "",
    )


def _library_config(plan: Plan) -> LibraryConfig:
    return LibraryConfig(
        origin=plan.at.library,
        inlay=plan.at.inlay,
        core=plan.at.core,
        crm=plan.at.crm,
        keys=str(plan.state / "keys"),
        state=str(plan.state / "library"),
        documents=str(plan.documents.resolve()) if plan.documents else "",
    )


def _script(name: str) -> str:
    """The console script beside this Python."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        raise DemoRefusedError(f"{path} is missing. Install the project first: make demo does, or pip install -e .")
    return os.fspath(path)


def _stopped(child: Child, plan: Plan) -> str:
    port = plan.at.core.rsplit(":", 1)[1]
    return (
        f"{child.name} was stopped. Panels show the last good scores and say how old they are.\n"
        f"Start it again with: {_script('inlay-core')} serve --port {port}"
    )


def _words(plan: Plan, core_pid: int, took_s: float) -> str:
    at, source = plan.at, plan.source
    left_out = f", {source.skipped} rows left out (see {at.crm}/columns#problems)" if source.skipped else ""
    return f"""
The demo is ready ({took_s:.1f} s). Open {at.crm} or {at.library}

  {at.crm}         the CRM: start here, it says what to try
  {at.crm}/leads   {len(source.rows):,} leads from {source.title}{left_out}
  {at.crm}/columns which columns the scorecards want
  {at.library}         the library: contracts beside their review
  {at.inlay}         Inlay, whose panels the CRM embeds
  {at.preview} every panel in every state and every host's look
  {at.admin}   for admins: how the connections stand
  {at.core}         the scoring core; to see what happens without it: kill {core_pid}

State and logs are in {plan.state}. Ctrl-C ends everything."""


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
