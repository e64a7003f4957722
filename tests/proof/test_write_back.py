"""Write-back with real processes: the simulated CRM, and workers that are killed in the middle of a write.

The CRM's own field history is the judge: it says how often each field was changed, and to what.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from app.application import build
from app.config import Settings
from app.db import Database
from app.db.migrations import upgrade
from app.db.reviews import Verdict
from app.demo.crm.config import CrmConfig
from app.demo.crm.leads import generate
from app.launch import Record
from app.review.change import SCORE, ReviewChange
from app.review.write_back import WriteBacks
from app.web.parts import Parts
from tests.e2e.demo import free_block
from tests.review.write_back.stage import CONFIG

pytestmark = [pytest.mark.proof, pytest.mark.alone]

LEADS = list(generate().rows)


@dataclass
class House:
    """The database that workers share, and the CRM that they write to."""

    url: str
    path: Path
    parts: Parts
    wishes: WriteBacks
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def worker(self) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("inlay")), "worker", "-c", str(self.path)]
        self.started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True, start_new_session=True))
        return self.started[-1]

    def overridden(self, lead: str, value: float | None, version: int = 1) -> None:
        verdict = None if value is None else Verdict.OVERRIDDEN
        change = ReviewChange(
            "crm", "lead_score", Record("Lead", lead), "d", SCORE, verdict, value, "", "no-budget", "zoe", True,
            version, time.time(),
        )  # fmt: skip
        with self.parts.database.begin() as conn:
            self.wishes.reviewed(conn, change)

    def trouble(self, kind: str, on: bool) -> None:
        answer = requests.post(f"{self.url}/setup", data={"kind": kind, "on": "on" if on else "off"}, timeout=5)
        assert answer.ok, answer.text

    def told(self, lead: str) -> Any:
        connection, record = self.parts.connections.get("crm"), Record("Lead", lead)
        return self.wishes.states(connection, "lead_score", [record]).get(record)

    def history(self, lead: str) -> list[tuple[str, str]]:
        """Which field became what, in this order; a save that changed nothing is left out."""
        told = requests.get(f"{self.url}/lead/{lead}/ai", timeout=5).json()["history"]
        return [(each["field"], each["is"]) for each in reversed(told) if each["is"] != "(saved)"]

    def audited(self, event: str) -> int:
        with self.parts.database.read() as conn:
            return int(conn.exec_driver_sql("SELECT count(*) FROM audit WHERE event = ?", (event,)).scalar_one())


def until(done: Callable[[], bool], within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


@pytest.fixture
def house(tmp_path: Path, secrets: Path) -> Iterator[House]:
    port = free_block(1)
    url = f"http://127.0.0.1:{port}"
    config = CrmConfig(url, "http://127.0.0.1:9", "http://127.0.0.1:9", str(secrets), str(tmp_path))
    config.save(tmp_path / "crm.json")
    path = tmp_path / "inlay.toml"
    text = CONFIG.format(folder=tmp_path, keys=secrets, origin=url)
    path.write_text(text.replace("[store]", f'allow_private = ["127.0.0.1:{port}"]\n[store]'))
    settings = Settings.load(path)
    with ended(_crm(tmp_path / "crm.json")), closing(_migrated(settings)):
        until(lambda: answers(url), 20)
        parts, _ = build(settings)
        named = (parts.connections, parts.subject_keys, parts.database, parts.audit, parts.metrics, parts.clock)
        made = House(url, path, parts, WriteBacks(*named))
        try:
            yield made
        finally:
            for process in made.started:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            parts.close()


def _crm(config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app.demo.crm", "--config", str(config)]
    return subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, start_new_session=True)


def _migrated(settings: Settings) -> Any:
    database = Database(settings.store.url)
    upgrade(database)
    return database


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_worker_that_is_killed_in_the_middle_of_a_write_loses_and_doubles_nothing(house: House) -> None:
    """The CRM has made the write and has not answered yet: the worst moment to die."""
    lead = LEADS[0]
    house.trouble("lost", on=True)
    first = house.worker()
    house.overridden(lead, 20)
    until(lambda: bool(house.history(lead)), 20)
    os.killpg(first.pid, signal.SIGKILL)  # the answer is 1.5 s away
    house.trouble("lost", on=False)
    assert house.told(lead).state == "queued"
    house.worker()
    until(lambda: house.told(lead).state == "written", 60)
    written = [("AI verdict", "overridden"), ("Override", "20"), ("Override reason", "no-budget")]
    assert house.history(lead) == written
    assert house.audited("writeback.written") == 1
    house.overridden(lead, None, 2)
    until(lambda: house.told(lead).state == "restored", 20)
    assert house.history(lead)[3:] == [("AI verdict", ""), ("Override", ""), ("Override reason", "")]


def test_whatever_the_host_does_each_record_is_written_once(house: House) -> None:
    """Two workers, ten records, and every trouble in turn: refused ones wait for a person, the others for the host."""
    leads = LEADS[:10]
    house.trouble("down", on=True)
    for _ in range(2):
        house.worker()
    for lead in leads:
        house.overridden(lead, 20)
    # of all: a host that does not answer is asked for a few of them only, and the others say too why they wait
    until(lambda: all(house.told(lead).why for lead in leads), 30)
    assert {house.told(lead).state for lead in leads} == {"queued"}
    for kind in ("down", "throttled", "busy", "lost"):
        house.trouble(kind, on=True)
        time.sleep(2)
        house.trouble(kind, on=False)
    until(lambda: all(house.told(lead).state == "written" for lead in leads), 90)
    written = [("AI verdict", "overridden"), ("Override", "20"), ("Override reason", "no-budget")]
    assert [house.history(lead) for lead in leads] == [written] * len(leads)
    assert house.audited("writeback.written") == len(leads)


def test_what_is_refused_waits_for_a_person_and_is_then_written(house: House) -> None:
    lead = LEADS[0]
    house.trouble("rule", on=True)
    house.worker()
    house.overridden(lead, 20)
    until(lambda: house.told(lead).state == "refused", 20)
    assert house.told(lead).words.startswith("AI fields are frozen")
    time.sleep(1)
    assert house.history(lead) == []
    house.trouble("rule", on=False)
    assert house.parts.write_backs.replay("crm", [], "root") == 1
    until(lambda: house.told(lead).state == "written", 20)
    assert len(house.history(lead)) == 3
