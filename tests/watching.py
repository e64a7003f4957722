"""A library that can be subscribed to, and a world that watches it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.application import create_app
from tests.core.analysing import analysing_core
from tests.hosts._directory import serve
from tests.hosts._proofs import APP, DRIVE, TENANT
from tests.library import CONTRACT, COPY, File, Library, Shelf, documents_of
from tests.world import connections, running
from tests.world import world as make_world

NOTICES = "/events/sharepoint"


@dataclass
class Telling(Library):
    """Subscriptions and changes beside the files. Tests change it as they like."""

    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0
    log: list[str] = field(default_factory=list)  # drive:item, in the order of their changes
    page: int = 100  # changes in one answer
    era: int = 1  # links of another are too old
    refuses: tuple[int, dict[str, str]] | None = None  # the answer of subscriptions and changes instead

    def changed(self, record: str, content: bytes) -> None:
        super().changed(record, content)
        self.log.append(record.partition("/")[2])

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        if "/subscriptions" not in path and "/root/delta" not in path:
            return super().answer(path, token, body)
        if token != "own-token":
            return 403, {}, {}
        if self.refuses:
            return self.refuses[0], self.refuses[1], {}
        return (
            self.subscribed(path, json.loads(body) if body else None) if "/subscriptions" in path else self.delta(path)
        )

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        if form["grant_type"] == "client_credentials":
            assert form["scope"] == f"{self.url}/.default"
            return 200, {}, {"access_token": "own-token", "token_type": "Bearer", "expires_in": 3599}
        return super().exchange(form)

    def subscribed(self, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, str], Any]:
        name = path.rpartition("/")[2]
        if body is None:
            return (204 if self.subscriptions.pop(name, None) else 404), {}, b""
        if name == "subscriptions":
            self.made += 1
            name = f"sub-{self.made}"
            self.subscriptions[name] = body
            return 201, {}, {"id": name, **body}
        if name not in self.subscriptions:
            return 404, {}, {}
        self.subscriptions[name] |= body
        return 200, {}, {"id": name, **self.subscriptions[name]}

    def delta(self, path: str) -> tuple[int, dict[str, str], Any]:
        token = parse_qs(urlsplit(path).query).get("token", [""])[0]
        era, _, start = (token if token not in {"", "latest"} else f"{self.era}.0").partition(".")
        if int(era) != self.era:
            return 410, {"Location": path}, {}
        if token == "latest":
            return 200, {}, {"value": [], "@odata.deltaLink": self.link(len(self.log))}
        end = min(int(start) + self.page, len(self.log))
        value = [{"id": "root", "folder": {}}, *(self.told(each) for each in self.log[int(start) : end])]
        link = "@odata.deltaLink" if end == len(self.log) else "@odata.nextLink"
        return 200, {}, {"value": value, link: self.link(end)}

    def told(self, name: str) -> dict[str, Any]:
        drive, _, item = name.partition(":")
        return {"id": item, "parentReference": {"driveId": drive}, "file": {"mimeType": "text/plain"}}

    def link(self, at: int) -> str:
        return f"{self.url}/v1.0/drives/{DRIVE}/root/delta?token={self.era}.{at}"

    def ends_at(self, name: str) -> float:
        return datetime.fromisoformat(self.subscriptions[name]["expirationDateTime"]).timestamp()


@dataclass
class Watched(Shelf):
    """A shelf whose library tells of its changes."""

    library: Telling

    def notice(self, subscription: str = "", **changes: Any) -> dict[str, Any]:
        """One notification, as the library would send it."""
        name = subscription or f"sub-{self.library.made}"
        state = self.library.subscriptions.get(name, {}).get("clientState", "")
        told = {"subscriptionId": name, "clientState": state, "tenantId": TENANT, "changeType": "updated"}
        return {key: value for key, value in (told | changes).items() if value is not None}

    def post(self, *notices: dict[str, Any], path: str = NOTICES) -> Any:
        return self.world.client.post(path, json={"value": list(notices)})

    def begin(self) -> None:
        """As a server does at its start."""
        self.world.parts.notices.begin(self.world.parts.connections)
        self.world.run_jobs()

    def jobs(self) -> list[tuple[str, float]]:
        """What waits, with how many seconds from now."""
        with self.world.parts.database.read() as conn:
            rows = conn.exec_driver_sql("SELECT kind, run_at FROM jobs WHERE dead_at IS NULL ORDER BY kind").all()
        return [(kind, round(run_at - self.world.clock.now, 1)) for kind, run_at in rows]


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """A world that watches the one drive, not begun yet."""
    library = Telling()
    for record in (CONTRACT, COPY):
        library.put(record, File())
    with (
        serve(library),
        analysing_core() as core,
        make_world(folder, connections=connections(library.url)) as world,
        documents_of(world, core.url) as shown,
    ):
        own = shown.settings.connections["sharepoint"]
        own = replace(
            own,
            drives=(DRIVE,),
            client_id=APP,
            token_url=f"{library.url}/{TENANT}/oauth2/v2.0/token",
            token_scope=f"{library.url}/.default",
        )
        settings = replace(shown.settings, connections={**shown.settings.connections, "sharepoint": own})
        with running(settings, world.clock) as (parts, runner):
            client = create_app(parts).test_client()
            yield Watched(replace(shown, settings=settings, parts=parts, runner=runner, client=client), library, core)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
