"""The road's last mile: what a session asks to see becomes rendered fragments, each audited before it leaves."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cachetools import LRUCache

from app.answer import State
from app.audit.log import AuditLog, ViewRow
from app.bearer import Session
from app.connections import Connection, Connections
from app.db.epochs import Epochs
from app.errors import Denied, InlayError, StoreUnavailable
from app.launch import Record
from app.metrics import Metrics
from app.permissions import Grant, Permissions
from app.views import VIEWS
from app.web.denials import Denials
from app.web.headers import fragment_headers
from app.web.past import Past
from app.web.render import Renderer
from app.web.stations import Station, Told

STALE_STEP_S, STEP_S = 60.0, 900.0  # how coarse the time is that markup is rendered for
KEPT_BYTES = 48_000_000  # of markup, in each of two memories: a badge is 1 KB, a sidebar with 400 findings 500
STATUS = {State.DENIED: 403, State.UNAVAILABLE: 503}


@dataclass(frozen=True, slots=True)
class Item:
    """One component of one record that is asked for; `etag` is what the browser has of it."""

    tag: str
    record: Record
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What is answered for one item."""

    tag: str
    record: Record
    state: str
    etag: str
    html: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


_Key = tuple[str, float, str, str]  # session, its expiry, component, record


@dataclass(frozen=True, slots=True)
class _Kept:
    """A fragment that the road made for a session, and how long it stays the answer: in this epoch, until then."""

    fragment: Fragment
    epoch: int
    until: float


class Fragments:
    """Permission, score, audit, view, markup: in this order, for one or for 200."""

    def __init__(
        self,
        connections: Connections,
        permissions: Permissions,
        stations: Mapping[str, Station],
        audit: AuditLog,
        renderer: Renderer,
        epochs: Epochs,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._connections, self._permissions, self._stations, self._audit = connections, permissions, stations, audit
        self._epochs = epochs
        self._kept: LRUCache[_Key, _Kept] = LRUCache(KEPT_BYTES, getsizeof=lambda kept: _size(kept.fragment))
        self._catalog, self._renderer, self._metrics, self._clock = renderer.catalog, renderer, metrics, clock
        self._denials, self._past = Denials(audit, clock), Past(clock)
        self._rendered: LRUCache[tuple[object, ...], Fragment] = LRUCache(KEPT_BYTES, getsizeof=_size)
        self._lock = threading.Lock()

    def may_open(self, session: Session, tag: str) -> bool:
        """Its entry component, and those that its `stories.toml` lists under `opens`; all must be the connection's."""
        allowed = self._connections.get(session.connection).settings.components
        return tag in allowed and (tag == session.component or tag in self._catalog[session.component].opens)

    def show_one(self, session: Session, tag: str, record: str) -> Fragment:
        """What `show` answers for one item: from memory without a look at its record's name."""
        epoch, now = self._epochs.current(), self._clock()
        kept = self._recalled([(session.id, session.expires_at, tag, record)], epoch, now)[0]
        return kept or self.show(session, [Item(tag, Record.parse(record))])[0]

    def show(self, session: Session, items: Sequence[Item]) -> list[Fragment]:
        """The fragments of these items, in their order; whoever asks again soon is answered from memory.

        The memory decides nothing. Only what the whole road made is kept, and only while nothing was announced
        anywhere, the score is fresh, the grant holds and the session lives; at any doubt the road is walked again.
        Raises SessionExpired when the host's token died.
        """
        epoch, now = self._epochs.current(), self._clock()
        keys = [(session.id, session.expires_at, item.tag, str(item.record)) for item in items]
        kept = self._recalled(keys, epoch, now)
        missing = [item for item, fragment in zip(items, kept, strict=True) if fragment is None]
        answers = self._all_answers(session, missing) if missing else {}
        shown = []
        for key, item, known in zip(keys, items, kept, strict=True):
            fragment = known
            if fragment is None:
                answer = answers[item.tag, item.record]
                fragment = self._render(session, item, answer)
                until = min(answer.until, session.expires_at, now // STEP_S * STEP_S + STEP_S)
                if until > now:
                    self._keep(key, _Kept(fragment, epoch, until))
            shown.append(fragment)
        return shown

    def reading(self, session: Session, tag: str, record: Record) -> Told:
        """What a fragment of this component would say, permitted and audited as one. Raises NotFound."""
        return self._all_answers(session, [Item(tag, record)])[self._catalog[tag].tag, record]

    def _keep(self, key: _Key, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept

    def _recalled(self, keys: Sequence[_Key], epoch: int, now: float) -> list[Fragment | None]:
        with self._lock:
            found = [self._kept.get(key) for key in keys]
        kept = [
            each.fragment if each is not None and each.epoch == epoch and now < each.until else None for each in found
        ]
        if hits := sum(each is not None for each in kept):
            self._metrics.count("cache", n=hits, level="fragment", outcome="hit")
        return kept

    def _all_answers(self, session: Session, items: Sequence[Item]) -> dict[tuple[str, Record], Told]:
        connection = self._connections.get(session.connection)
        by_tag: dict[str, list[Record]] = defaultdict(list)
        for item in items:
            by_tag[self._catalog[item.tag].tag].append(item.record)  # raises NotFound before anything is done
        return {
            (tag, record): answer
            for tag, records in by_tag.items()
            for record, answer in self._answers(session, connection, tag, records).items()
        }

    def _answers(
        self, session: Session, connection: Connection, tag: str, records: Sequence[Record]
    ) -> dict[Record, Told]:
        granted: list[Grant] = []
        refused: dict[Record, InlayError] = {}
        if self.may_open(session, tag):
            for record, grant in self._permissions.grants(session, records).items():
                if isinstance(grant, Grant):
                    granted.append(grant)
                else:
                    refused[record] = grant
        else:
            refused = dict.fromkeys(records, Denied(reason="component-not-open"))
        answers: dict[Record, Told] = {
            record: self._station(tag).bare(
                State.DENIED if isinstance(refused[record], Denied) else State.UNAVAILABLE, reference=reference
            )
            for record, reference in self._denials.references(session, tag, refused).items()
        }
        try:
            answers |= self._station(tag).told(session, connection, granted, history=VIEWS[tag].history)
            self._audit.views(_views(session, tag, answers))  # before anybody sees it
        except StoreUnavailable:  # what cannot be audited is not shown; what was told before is, if anything was
            nothing = {grant.record: self._station(tag).bare(State.UNAVAILABLE) for grant in granted}
            return answers | nothing | self._past.again(session, tag, granted)
        self._past.keep(session, tag, granted, answers)
        return answers

    def _station(self, tag: str) -> Station:
        return self._stations[VIEWS[tag].answers]

    def _render(self, session: Session, item: Item, answer: Told) -> Fragment:
        """Markup is kept by all that it depends on; times in it are as coarse as the key's step of time."""
        now = self._clock()
        step = STALE_STEP_S if answer.state is State.STALE else STEP_S
        viewer = session.viewer
        opens = tuple(tag for tag in self._catalog[item.tag].opens if self.may_open(session, tag))
        key = (item.tag, item.record, replace(answer, until=0.0), viewer.locale, viewer.timezone, opens, now // step)
        with self._lock:
            found = self._rendered.get(key)
        if found is None:
            moment = datetime.fromtimestamp(now // step * step, UTC)
            capability = self._connections.get(session.connection).capability_for(item.record, VIEWS[item.tag].answers)
            title = capability.title if capability else ""
            params = VIEWS[item.tag].params(
                answer, record=item.record, viewer=viewer, now=moment, opens=bool(opens), title=title
            )
            html = self._renderer.fragment(
                item.tag, params, uid=_uid(item), locale=viewer.locale, timezone=viewer.timezone
            )
            etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:20]}"'
            state, status = str(answer.state), STATUS.get(answer.state, 200)
            found = Fragment(item.tag, item.record, state, etag, html, status, fragment_headers(etag, state))
            with self._lock:
                self._rendered[key] = found
        self._metrics.count("answers", capability=answer.capability or "none", state=str(answer.state))
        return found


def _views(session: Session, tag: str, answers: Mapping[Record, Told]) -> list[ViewRow]:
    """Who sees what."""
    return [
        ViewRow(session.connection, session.viewer.subject, session.id, str(record), tag, answer.decision)
        for record, answer in answers.items()
        if answer.decision
    ]


def _size(fragment: Fragment) -> int:
    return min(KEPT_BYTES, 500 + 2 * len(fragment.html))


def _uid(item: Item) -> str:
    """Prefix of ids within the fragment: the same for the same item, so that markup can be kept and morphed."""
    return f"i{hashlib.sha256(f'{item.tag} {item.record}'.encode()).hexdigest()[:8]}"
