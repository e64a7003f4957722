"""The room on its own: a real database and configuration, the host's own calls, the simulated CRM behind the door."""

from __future__ import annotations

import secrets as random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from app.answer import WrittenBack
from app.audit.log import AuditLog
from app.config import Settings
from app.connections import Connection, Connections
from app.core.shapes import Meaning, Model, Score
from app.core.stored import Key, Stored
from app.db import Database
from app.db.jobs import Postponed
from app.db.reviews import Verdict
from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk as Crm
from app.demo.crm.store import Edit
from app.hosts._oauth import IntegrationTokens
from app.keys import Keyring
from app.launch import Record
from app.metrics import Metrics
from app.net.door import Request, Response
from app.review.change import SCORE, ReviewChange
from app.review.write_back import WriteBacks
from app.review.write_back import rows as write_backs
from app.review.write_back.desk import Desk
from app.review.write_back.rows import Place, Row
from app.review.write_back.writer import Writer
from app.wiring import subject_keys
from tests.databases import hasty, migrated

ORIGIN = "http://127.0.0.1:8001"
CONFIG = """
[server]
public_url = "http://localhost:8000"
keys = ["file:{keys}/deployment"]
[store]
url = "sqlite:///{folder}/main.db"
key_store = "sqlite:///{folder}/keys.db"
[cores.main]
url = "http://127.0.0.1:8002"
[capabilities.lead_score]
core = "main"
records = ["Lead"]
fields = ["Industry"]
[connections.crm]
host = "salesforce"
origins = ["{origin}"]
components = ["score-card"]
capabilities = ["lead_score"]
secrets = ["file:{keys}/consumer_secret"]
host_url = "{origin}"
token_url = "{origin}/services/oauth2/token"
client_id = "larkfield-integration"
client_secret = "file:{keys}/client_secret"
[connections.crm.write_back.lead_score]
score = "AI_Score__c"
band = "AI_Band__c"
as_of = "AI_Scored_At__c"
verdict = "AI_Verdict__c"
override = "AI_Override__c"
reason = "AI_Override_Reason__c"
at_least = 5
"""


@dataclass
class CrmDoor:
    """The network door's twin: the CRM's own application answers. `before` runs as each write arrives."""

    client: FlaskClient
    asked: list[str] = field(default_factory=list)
    before: Callable[[Request], None] = lambda _: None

    def call(self, request: Request) -> Response:
        body, headers = request.content()
        self.asked.append(request.method)
        if request.method == "PATCH":
            self.before(request)
        parts = urlsplit(request.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = self.client.open(
            path, method=request.method, data=body, headers={**headers, **request.headers}, base_url=ORIGIN
        )
        stamped = {"Date": format_datetime(datetime.now(UTC), usegmt=True), **dict(answer.headers)}
        return Response(answer.status_code, stamped, answer.get_data())

    @property
    def writes(self) -> int:
        return self.asked.count("PATCH")


@dataclass
class Clock:
    now: float = 1_796_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stage:
    settings: Settings
    connections: Connections
    database: Database
    door: CrmDoor
    crm: Crm
    clock: Clock
    wishes: WriteBacks
    writer: Writer
    desk: Desk
    record: Record
    make_writer: Callable[[], Writer]

    @property
    def connection(self) -> Connection:
        return self.connections.get("crm")

    @property
    def place(self) -> Place:
        return Place("crm", "lead_score", self.record.type, self.record.id)

    def reviewed(self, verdict: Verdict | None, value: float | None = None, reason: str = "", **said: Any) -> None:
        """A review is given or taken back, as the station of reviews tells it."""
        fields = {"viewer": "005zoe", "approved": True, "version": 1, "severity": "", "decision": "d1"} | said
        change = ReviewChange(
            connection="crm", capability="lead_score", record=self.record, item=SCORE, verdict=verdict, value=value,
            reason=reason, at=self.clock(), **fields,
        )  # fmt: skip
        with self.database.begin() as conn:
            self.wishes.reviewed(conn, change)

    def overridden(self, value: float = 20, reason: str = "no-budget") -> None:
        self.reviewed(Verdict.OVERRIDDEN, value, reason)

    def scored(self, value: float, **said: Any) -> None:
        [capability] = self.connection.capabilities
        at = datetime.fromtimestamp(int(self.clock()), UTC)
        score = Score(value, Meaning.INDEX, (), Model("m", "1"), at, 60.0)
        key = Key("crm", "lead_score", self.record, said.pop("carried", ""))
        stored = Stored(random.token_hex(8), key, score, "h", self.clock(), said.pop("fresh_until", self.clock() + 60))
        with self.database.begin() as conn:
            self.wishes.scored(conn, self.connection, capability, [stored])

    def run(self, writer: Writer | None = None) -> str:
        """What a worker does with its job; why it waits, if it does."""
        try:
            (writer or self.writer).run(self.place)
        except Postponed as later:
            return later.reason
        return ""

    def another(self) -> Writer:
        """A worker of another process."""
        return self.make_writer()

    @property
    def row(self) -> Row:
        with self.database.read() as conn:
            found = write_backs.find(conn, self.place)
        assert found is not None
        return found

    @property
    def told(self) -> WrittenBack | None:
        return self.wishes.states(self.connection, "lead_score", [self.record]).get(self.record)

    def holds(self, *names: str) -> list[object]:
        """What the CRM's record holds now."""
        lead = self.crm.leads.get(self.record.id)
        assert lead is not None
        return [self.crm.leads.value(lead, name) for name in names]

    @property
    def edits(self) -> list[Edit]:
        """All that was ever changed of the record, the oldest first."""
        lead = self.crm.leads.get(self.record.id)
        assert lead is not None
        return list(reversed(self.crm.leads.history(lead)))

    def by_hand(self, **values: str) -> None:
        """Somebody edits the record at the CRM, some time ago by its clock."""
        lead = self.crm.leads.get(self.record.id)
        assert lead is not None
        self.crm.leads.update(lead, values, by="Dana Park")
        self.quiet()

    def quiet_for_good(self) -> None:
        self.crm.leads._modified[self.record.id] = 1_000_000_000.0

    def quiet(self) -> None:
        """Time passes at the CRM, so that its clock of seconds tells what was before from what is now."""
        self.crm.leads._modified[self.record.id] -= 60

    def announced(self) -> int:
        """How often whoever looks at cards was told that one says something else."""
        with self.database.read() as conn:
            return int(conn.exec_driver_sql("SELECT count(*) FROM changes WHERE kind = 'write-back'").scalar_one())

    def audited(self, event: str) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.exec_driver_sql("SELECT * FROM audit WHERE event = ? ORDER BY seq", (event,)).mappings())


REVIEW = ("AI_Verdict__c", "AI_Override__c", "AI_Override_Reason__c")
SCORE_FIELDS = ("AI_Score__c", "AI_Band__c")


@contextmanager
def stage(folder: Path, keys: Path, changes: str = "") -> Iterator[Stage]:
    settings = Settings.parse(CONFIG.format(folder=folder, keys=keys, origin=ORIGIN) + changes, folder=folder)
    shutil.copy(migrated(), folder / "main.db")
    crm = Crm.open(CrmConfig(ORIGIN, "http://127.0.0.1:9", "http://127.0.0.1:9", str(keys), str(folder)))
    metrics, clock = Metrics(strict=True), Clock()
    with create_crm(crm).test_client() as client:
        door = CrmDoor(client)
        database = Database(settings.store.url)
        hasty(database)
        connections = Connections(settings, door, IntegrationTokens(door, clock), metrics)  # type: ignore[arg-type]
        audit = AuditLog(database, clock, metrics)
        keyring = Keyring.from_secrets([each.reveal_bytes() for each in settings.server.keys])
        with closing(subject_keys(settings, keyring, clock)) as subjects, closing(database):
            named = (connections, subjects, database, audit, metrics, clock)
            record = Record("Lead", next(iter(crm.leads.table.rows)))
            yield Stage(
                settings, connections, database, door, crm, clock, WriteBacks(*named), Writer(*named),
                Desk(subjects, database, audit, clock), record,
                lambda: Writer(*named),
            )  # fmt: skip
