"""The whole on one machine, as the demo has it: a core, a CRM, a library of contracts and Inlay, each a process.

Whoever asks is proven as in the demo: a CRM's pages by its backend's tokens, its frames by signed requests, the
library's pages by their directory's tokens.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from app.demo import keys, settings
from app.demo.crm import leads as invented
from app.demo.crm import match, table
from app.demo.crm.config import CrmConfig
from app.demo.library import settings as library_settings
from app.demo.library.config import LibraryConfig
from app.demo.library.desk import SIDEBAR, Desk
from app.demo.library.people import PEOPLE
from app.demo.settings import Addresses
from bench.proofs import COMPONENT, PAGES, Places, Signer
from tests.proof.nodes import INLAY, Process
from tests.services import free_port

CARD = "score-card"
LEADS, ID, MOST = "leads.csv", "Number", 8_000
LIBRARY = "library"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
# A handful of people ask as thousands do; what is refused to all of them here comes from one address.
FREE = "".join(
    f'{name} = "1000000/minute"\n'
    for name in ("limit_viewer", "limit_launches", "limit_reviews", "limit_viewer_reviews")
)


@dataclass(frozen=True)
class Whole:
    """What is running, and who can prove what to it."""

    at: Addresses
    nodes: list[Process]
    workers: list[Process]
    core: Process
    crm: Process
    library: Process
    signer: Signer
    desk: Desk
    leads: list[str]

    def documents(self) -> list[str]:
        return [each.record for each in self.desk.documents.all()]

    def form(self, records: Sequence[str], viewer: str, component: str = COMPONENT) -> dict[str, Any]:
        """What a page of the CRM sends to `POST /session`: a launch of its backend's, that counts once."""
        proof = self.signer.guest(records, sub=viewer, name=viewer, component=component)
        return self._form(PAGES, component, proof, records)

    def library_form(self, records: Sequence[str], person: str) -> dict[str, Any]:
        """The same of a page of the library."""
        return self._form(LIBRARY, SIDEBAR, self.desk.token(PEOPLE[person]), records)

    @staticmethod
    def _form(connection: str, component: str, proof: str, records: Sequence[str]) -> dict[str, Any]:
        form: dict[str, Any] = {"grant_type": EXCHANGE, "subject_token_type": JWT, "subject_token": proof}
        return form | {"connection": connection, "component": component, "records": list(records)}

    def opened(self, form: dict[str, Any], node: int = 0) -> dict[str, Any]:
        """The answer to such a form: the token, and the records' first fragments."""
        origin = self.at.library if form["connection"] == LIBRARY else self.at.crm
        url = f"{self.nodes[node].url}/session"
        answer = requests.post(url, data=form, headers={"Origin": origin}, timeout=30)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def whole(
    folder: Path, store: str, redis: str = "", *, nodes: int = 1, workers: int = 2, scores: str = "", ttl: str = "15m",
    extra: Sequence[str] = (),
) -> Iterator[Whole]:  # fmt: skip
    """All of it, ready, on this database. `scores`: the core that scores, instead of the built-in one, which reads
    documents in any case; `ttl`: how long a score is fresh; `extra`: one more process for each of these commands."""
    ports = [free_port() for _ in range(nodes)]
    crm, core, library = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
    at = Addresses(inlay=f"http://localhost:{ports[0]}", crm=crm, core=core, library=library)
    keys.make(folder / "keys")
    running: list[Process] = []
    try:
        source = table.read(_leads(folder), ID)
        beside = _beside(folder, at, running)
        text = _configuration(at, [column.name for column in source.columns], workers, scores, ttl, redis)
        environment = os.environ | {"INLAY_PROOF_STORE": store}
        said, others = f"\nport = {ports[0]}\n", [(word, free_port()) for word in extra]
        serving = [
            _inlay(folder, number, text.replace(said, f"\nport = {port}\n"), word, port, environment)
            for number, (word, port) in enumerate([*(("serve", each) for each in ports), *others])
        ]
        running += serving
        for process in serving[:nodes]:
            process.start()
            process.wait_ready()
        for process in serving[nodes:]:
            process.start()
        places = Places(at.inlay, at.crm, at.core, at.core, at.crm, at.inlay, str(folder / "keys"))
        desk = Desk.open(LibraryConfig.load(folder / "library.json"))
        yield Whole(
            at, serving[:nodes], serving[nodes:], *beside, Signer(places), desk, [f"Lead/{key}" for key in source.rows]
        )
    finally:
        for process in reversed(running):
            process.kill()


def _leads(folder: Path) -> Path:
    """More leads than the demo invents for people to look at."""
    made, path = invented.generate(MOST), folder / LEADS
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([ID, *(column.label for column in made.columns)])
        for key, row in made.rows.items():
            writer.writerow([made.names[key], *(row.get(column.name, "") for column in made.columns)])
    return path


def _beside(folder: Path, at: Addresses, running: list[Process]) -> tuple[Process, Process, Process]:
    """The core, the CRM and the library, ready."""
    common = {"inlay": at.inlay, "core": at.core, "keys": str(folder / "keys")}
    crm = CrmConfig(origin=at.crm, state=str(folder), leads=str(folder / LEADS), id_column=ID, **common)
    crm.save(folder / "crm.json")
    library = LibraryConfig(origin=at.library, crm=at.crm, state=str(folder / "library"), **common)
    library.save(folder / "library.json")
    commands = {
        "core": (at.core, [str(INLAY.with_name("inlay-core")), "serve", "--port", at.core.rpartition(":")[2]]),
        "crm": (at.crm, [sys.executable, "-m", "app.demo.crm", "--config", str(folder / "crm.json")]),
        "library": (at.library, [sys.executable, "-m", "app.demo.library", "--config", str(folder / "library.json")]),
    }
    made = [
        Process(command, os.environ, folder / f"{name}.log", int(url.rpartition(":")[2]), "/healthz")
        for name, (url, command) in commands.items()
    ]
    running += made
    for each in made:
        each.start()
    for each in made:
        each.wait_ready()
    return made[0], made[1], made[2]


def _inlay(folder: Path, number: int, text: str, word: str, port: int, environment: dict[str, str]) -> Process:
    path = folder / f"{number}.toml"
    path.write_text(text)
    return Process([str(INLAY), word, "-c", str(path)], environment, folder / f"{number}.log", port)


def _configuration(at: Addresses, columns: Sequence[str], workers: int, scores: str, ttl: str, redis: str) -> str:
    """The demo's own, on another database, with room for one viewer who asks as thousands."""
    offered = requests.get(f"{at.core}/v1/capabilities", timeout=5).json()["capabilities"]
    text = settings.write(at, match.fits(offered, columns), workers)
    core = "scores" if scores else "builtin"
    text = text.replace('kind = "score"\ncore = "builtin"', f'kind = "score"\nttl = "{ttl}"\ncore = "{core}"')
    if scores:
        text = text.replace("allow_private = [", f'allow_private = ["{scores.removeprefix("http://")}", ')
        text += f'\n[cores.scores]\nurl = "{scores}"\ndeadline = "2s"\n'
    text += library_settings.write(at.library, at.crm, offered)
    shared = f'redis = "{redis}"\n' if redis else ""
    text = text.replace('url = "sqlite:///inlay.db"', f'url = "env:INLAY_PROOF_STORE"\n{shared}')
    text = text.replace("[server]\n", '[server]\nlimit_refused = "1000000/minute"\n')
    return text.replace('host = "', f'{FREE}host = "')
