"""The work behind an analysis, where nobody waits: get the file, read its text, ask the core, keep what it says.

Idempotent, and told apart by version: who is killed half-way leaves a job whose lease ends, and the next one finds
what was done. The text of a document is in memory only.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.analysis.pace import Paces, Run
from app.analysis.telling import Telling
from app.config import CapabilitySettings, ConnectionSettings
from app.connections import Connection, Connections
from app.core.analyses import Analysis
from app.core.analyst import Analyst, Question
from app.core.stored_analyses import Content, StoredAnalyses
from app.core.stored_readings import ReadingKey, StoredReadings
from app.documents import Document, Quotes, Reader, locate
from app.documents.extent import stated_pages
from app.documents.limits import MB
from app.errors import (
    AnswerRefused,
    Denied,
    DocumentRefused,
    InlayError,
    SessionInvalid,
    StoreUnavailable,
)
from app.hosts._document import DocumentFile
from app.hosts._host import Call
from app.launch import Record
from app.metrics import Metrics
from app.scoring.outcomes import Found, Outcomes
from app.session import Sessions
from app.session.behalf import Behalf

RETRY_S = 30.0  # after a failure that may pass, until a viewer's look begins anew
NONSENSE_S = 600.0  # after an answer that was refused: the same question would be answered the same
PERMIT_S = 10.0


@dataclass(slots=True)
class Order:
    """What a job is about. `session` empty: with the connection's own right. `version`: the file's, once it is here."""

    key: ReadingKey
    session: str
    viewer_of: str  # the connection of the session
    version: str

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> Order:
        """From a job's payload."""
        record = Record.parse(payload["record"])
        key = ReadingKey(payload["connection"], payload["capability"], record)
        return cls(key, payload.get("session", ""), payload.get("viewer_of", ""), payload.get("version", ""))

    def named(self, error: InlayError) -> tuple[ReadingKey, str, InlayError, str]:
        """What is kept of a failure."""
        return self.key, self.version, error, self.session


class AnalysisWork:
    """Does the work of one job in the thread that asks."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        behalf: Behalf,
        reader: Reader,
        analysts: Mapping[str, Analyst],
        stored: StoredAnalyses,
        readings: StoredReadings,
        outcomes: Outcomes,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections, self._sessions, self._behalf, self._reader = connections, sessions, behalf, reader
        self._analysts, self._stored, self._readings = analysts, stored, readings
        self._outcomes, self._metrics, self._clock = outcomes, metrics, clock
        self._paces = Paces()

    def run(self, payload: Mapping[str, Any]) -> None:
        """Raises what may pass, so that it is tried again; all else is kept as why there is no analysis."""
        order = Order.parse(payload)
        asked = self._asked_by(order)
        if asked is None:
            return
        connection, capability = asked
        try:
            outcome = self._done(order, connection, capability)
        except DocumentRefused as error:
            self._outcomes.fail(*order.named(error), problem=error.code)
            outcome = "refused"
        except (SessionInvalid, Denied) as error:  # the next viewer asks with a right of their own
            self._outcomes.fail(*order.named(error), retry_s=1.0)
            outcome = "no-right"
        except AnswerRefused as error:
            self._outcomes.fail(*order.named(error), retry_s=NONSENSE_S)
            outcome = "nonsense"
        except StoreUnavailable:
            raise  # there is nowhere to write it
        except InlayError as error:
            self._count(capability, "failed")
            self._outcomes.fail(*order.named(error), retry_s=max(error.retry_after_s or 0.0, RETRY_S))
            raise
        self._count(capability, outcome)

    def _asked_by(self, order: Order) -> tuple[Connection, CapabilitySettings] | None:
        """The connection that wants this: the viewer's, else the first that reads these records; None if none does."""
        source = order.key.connection
        for name in self._connections.readers_of(source) if source in self._connections else ():
            connection = self._connections.get(name)
            capability = connection.capability_named(order.key.capability)
            if capability and connection.settings.rollout and order.viewer_of in ("", name):
                return connection, capability
        return None

    def _done(self, order: Order, connection: Connection, capability: CapabilitySettings) -> str:
        run = Run.begin(self._paces, time.monotonic, connection.name, capability.name)
        telling = Telling(self._readings, order.key, order.version, run.now, self._clock)
        with telling.going_on():
            known, found = self._found(order, connection, capability, run, telling)
        self._outcomes.keep(order.key, order.version, capability, found)  # the last word: nothing is told after it
        if known:
            return "known"
        run.kept()
        return "analysed"

    def _found(
        self, order: Order, connection: Connection, capability: CapabilitySettings, run: Run, telling: Telling
    ) -> tuple[bool, Found]:
        """What the core says of the file, and whether it had said it before."""
        file = self._file(order, connection)
        order.version = file.facts.version or file.facts.etag
        telling.is_of(order.version)
        pages = stated_pages(file.content)
        telling.happens(lambda: run.fetched(file.facts.media_type, len(file.content), pages))
        analyst = self._analysts[capability.core]
        recipe = analyst.recipe(capability.name, capability.playbook)
        content = Content(connection.name, hashlib.sha256(file.content).hexdigest(), recipe)
        known = self._stored.find(content)
        if known is not None:
            return True, Found(known.content, known.analysis, known.pages)
        document = self._text(run, telling, file)
        analysis = self._asked(run, telling, capability, analyst, document)
        return False, Found(content, analysis, len(document.pages))

    def _file(self, order: Order, connection: Connection) -> DocumentFile:
        most, record = self._reader.limits.file_mb * MB, order.key.record
        read = connection.host.read_document
        if read is None:
            raise Denied(reason="documents-not-readable")
        with self._timed("fetch"):
            if not order.session:
                return self._connections.read_document(connection, record, most)

            def question(call: Call, settings: ConnectionSettings, url: str, token: str) -> DocumentFile:
                return read(call, settings, url, token, record, most)

            return self._behalf.ask(self._sessions.of_work(order.session), connection, question, PERMIT_S)

    def _text(self, run: Run, telling: Telling, file: DocumentFile) -> Document:
        with self._timed("read"):
            document = self._reader.read(
                file.content,
                file.facts.name,
                file.facts.media_type,
                lambda at: telling.happens(lambda: run.reading(at)),
            )
        telling.happens(lambda: run.read(len(document.pages), len(document.text)))
        return document

    def _asked(
        self, run: Run, telling: Telling, capability: CapabilitySettings, analyst: Analyst, document: Document
    ) -> Analysis:
        question = Question(capability.name, capability.playbook, told_of(document))
        with self._timed("analyse"):
            return analyst.analyse(
                question, DocumentPassages(document), lambda *counted: telling.happens(lambda: run.analysing(*counted))
            )

    def _count(self, capability: CapabilitySettings, outcome: str) -> None:
        self._metrics.count("analyses", capability=capability.name, outcome=outcome)

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._metrics.observe("analysis_seconds", time.perf_counter() - began, stage=stage)


def told_of(document: Document) -> dict[str, Any]:
    """What a core is told of a document."""
    return {
        "name": document.name,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "text": document.text,
        "pages": [{"number": each.number, "start": each.start, "end": each.end} for each in document.pages],
    }


class DocumentPassages:
    """A document, as the core's answer is read against it."""

    def __init__(self, document: Document) -> None:
        self.text, self._document, self._quotes = document.text, document, Quotes(document.text)

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        """Where a quote stands, white space aside; the place nearest to `near`."""
        return self._quotes.find(quote, near)

    def page(self, start: int) -> int | None:
        """The page that an offset is on."""
        return locate(self._document, start)
