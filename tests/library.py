"""A world with a library of documents: its API on loopback, a core that analyses, and the whole road between."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.analysis.reading import Reading
from app.application import create_app
from app.config import CapabilitySettings, CoreSettings
from app.connections import Connection
from app.launch import Record
from app.permissions import Grant
from app.session.bearer import Session
from tests.core.analysing import AnalysingCore, analysing_core
from tests.hosts._directory import Directory, serve
from tests.hosts._proofs import DRIVE, PAGE, entra
from tests.world import World, connections, running
from tests.world import world as make_world

TEXT = b"""MASTER SERVICES AGREEMENT

1. Law. This Agreement is governed by the laws
of the State of Delaware.

2. Term. It ends on 31 December 2027.
"""
NEXT = TEXT.replace(b"31 December 2027", b"31 March 2028") + b"\n3. Venue. Claims are governed by the courts of Kent.\n"


def document(name: str) -> str:
    """A record of this drive."""
    return f"driveItem/{DRIVE}:{name}"


CONTRACT, COPY, FOLDER = document("01CONTRACT"), document("01COPY"), document("01FOLDER")


@dataclass
class File:
    content: bytes = TEXT
    name: str = "Services agreement.txt"
    media_type: str = "text/plain"
    version: int = 1


@dataclass
class Library(Directory):
    """The API, with files. Tests change them as they like."""

    files: dict[str, File] = field(default_factory=dict)  # drive:item
    downloads: list[str] = field(default_factory=list)
    download_status: int = 200
    download_headers: dict[str, str] = field(default_factory=dict)
    download_s: float = 0.0

    def put(self, record: str, file: File) -> None:
        name = record.partition("/")[2]
        self.documents.add(name)
        self.files[name] = file

    def changed(self, record: str, content: bytes) -> None:
        """A new version."""
        file = self.files[record.partition("/")[2]]
        file.content, file.version = content, file.version + 1

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        if path.startswith("/download/"):
            self.downloads.append(path)
            time.sleep(self.download_s)
            if self.download_status != 200:
                return self.download_status, self.download_headers, {}
            return 200, {}, self.files[path.removeprefix("/download/")].content
        return super().answer(path, token, body)

    def item(self, path: str, token: str) -> tuple[int, dict[str, str], Any]:
        status, headers, body = super().item(path, token)
        name = ":".join(path.partition("?")[0].split("/")[2::2])
        if status == 200 and name in self.files:
            file = self.files[name]
            body = body | {
                "name": file.name,
                "size": len(file.content),
                "eTag": f'"{{{name[-8:]}}},{file.version}"',
                "cTag": f'"c:{{{name[-8:]}}},{file.version}"',
                "file": {"mimeType": file.media_type},
                "webUrl": "https://contoso.sharepoint.com/sites/legal/contract",
                "@microsoft.graph.downloadUrl": f"{self.url}/download/{name}",
            }
        return status, headers, body


@dataclass
class Shelf:
    """Everything that a test of documents asks of the whole."""

    world: World
    library: Library
    core: AnalysingCore

    def token(self, *records: str, viewer: str = "", component: str = "score-badge") -> str:
        """A session of a viewer who looks at these documents."""
        builder = entra("sharepoint")
        builder = builder.said("oid", viewer) if viewer else builder
        builder = builder.said("uti", str(time.monotonic_ns()))
        attempt = builder.asked(records=records or (CONTRACT,)).attempt()
        form = attempt.session_form("sharepoint") | {"component": component}
        answer = self.world.client.post("/session", data=form, headers={"Origin": PAGE})
        assert answer.status_code == 200, answer.text
        return str(answer.json["access_token"])

    def session(self, *records: str, viewer: str = "") -> Session:
        return self.world.parts.sessions.load(self.token(*records, viewer=viewer))

    def connection(self) -> Connection:
        return self.world.parts.connections.get("sharepoint")

    def read(self, session: Session, *records: str) -> list[Reading]:
        """What the viewer is told of these documents, with what was said of them."""
        asked = [Record.parse(each) for each in records or (CONTRACT,)]
        grants = self.world.parts.permissions.grants(session, asked)
        assert all(isinstance(each, Grant) for each in grants.values()), grants
        seen = [each for each in grants.values() if isinstance(each, Grant)]
        told = self.world.parts.analyses.readings(session, self.connection(), seen)
        joined = self.world.parts.reviews.joined(session, self.connection(), told)
        return [joined[each] for each in asked]

    def analysed(self, session: Session, *records: str) -> list[Reading]:
        """The same, once the work is done."""
        self.read(session, *records)
        self.world.run_jobs()
        return self.read(session, *records)

    def later(self, seconds: float = 20.0) -> None:
        """The host's word is asked for again."""
        self.world.clock.now += seconds


@contextmanager
def shelf(folder: Path, files: dict[str, File] | None = None, **settings: Any) -> Iterator[Shelf]:
    """A library of its own. `settings` are the capability's."""
    library = Library()
    for record, file in (files or {CONTRACT: File()}).items():
        library.put(record, file)
    with (
        serve(library),
        analysing_core() as core,
        make_world(folder, connections=connections(library.url)) as world,
        documents_of(world, core.url, **settings) as shown,
    ):
        yield Shelf(shown, library, core)


@contextmanager
def documents_of(
    world: World,
    core: str,
    components: Sequence[str] = ("score-badge", "document-sidebar", "analysis-badge"),
    **settings: Any,
) -> Iterator[World]:
    """The world, its directory's hosts asking this core for contract reviews."""
    capability = CapabilitySettings(
        name="contract_review", core="reviewer", kind="analysis", title="Contract review", records=("driveItem",)
    )
    changed = {
        name: replace(each, capabilities=("contract_review",), components=tuple(components))
        for name, each in world.settings.connections.items()
        if each.tenants
    }
    asked = replace(
        world.settings,
        cores={**world.settings.cores, "reviewer": CoreSettings(name="reviewer", url=core)},
        capabilities={**world.settings.capabilities, "contract_review": replace(capability, **settings)},
        connections={**world.settings.connections, **changed},
    )
    with running(asked, world.clock) as (parts, runner):
        yield replace(world, settings=asked, parts=parts, runner=runner, client=create_app(parts).test_client())
