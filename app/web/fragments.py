"""The road's last mile: what a session asks to see becomes rendered fragments, each audited before it leaves."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from cachetools import LRUCache
from cachetools.keys import hashkey  # hashes once what a cache hashes several times: an answer is large

from app.answer import Answer, Listing, State
from app.audit.log import AuditLog
from app.connections import Connection, Connections
from app.errors import Denied, InlayError, NotFound, StoreUnavailable
from app.figures import Figures
from app.figures.names import AGE, ROAD, VIEWS_SHOWN, answered
from app.launch import LISTED, Record
from app.listing import Listings, listing
from app.metrics import Metrics
from app.permissions import Grant, Permissions
from app.review.feedback.voices import Voices
from app.rollouts import Rollouts
from app.session.bearer import Session
from app.views import VIEWS
from app.web.denials import Denials
from app.web.memory.news import News, about
from app.web.memory.past import Past, views
from app.web.memory.recent import Recent
from app.web.render import Renderer
from app.web.shown import KEPT_BYTES, Fragment, Item, Shown
from app.web.stations import Station, Told

STALE_STEP_S, STEP_S = 60.0, 900.0  # how coarse the time is that markup is rendered for
OFF = '<span data-state="off" hidden></span>'  # whatever the component: it takes no space


class Fragments:
    """Permission, score, audit, view, markup: in this order, for one or for 200."""

    def __init__(
        self,
        connections: Connections,
        permissions: Permissions,
        stations: Mapping[str, Station],
        rollouts: Rollouts,
        voices: Voices,
        figures: Figures,
        audit: AuditLog,
        renderer: Renderer,
        news: News,
        metrics: Metrics,
        clock: Callable[[], float],
        listings: Listings,
    ) -> None:
        self._connections, self._permissions, self._stations, self._audit = connections, permissions, stations, audit
        self._listings = listings
        self._rollouts, self._voices, self._figures, self._news = rollouts, voices, figures, news
        self._catalog, self._renderer, self._metrics, self._clock = renderer.catalog, renderer, metrics, clock
        self._denials, self._past, self._recent = Denials(audit, clock), Past(clock), Recent(news, metrics)
        self._rendered: LRUCache[tuple[object, ...], Fragment] = LRUCache(KEPT_BYTES, getsizeof=lambda kept: kept.size)
        self._lock = threading.Lock()

    def may_open(self, session: Session, tag: str) -> bool:
        """Its entry component, and those that its `stories.toml` lists under `opens`; all must be the connection's."""
        allowed = self._connections.get(session.connection).settings.components
        return tag in allowed and (tag == session.component or tag in self._catalog[session.component].opens)

    def show(self, session: Session, items: Sequence[Item]) -> list[Shown]:
        """The fragments of these items, in their order; whoever asks again soon is answered from memory.

        The memory decides nothing. Only what the whole road made is kept, and only while nothing was announced of
        it, the score is fresh, the grant holds and the session lives; at any doubt the road is walked again.
        Raises SessionExpired when the host's token died.
        """
        epoch, now = self._news.current(), self._clock()
        kept = self._recent.of(session, items, epoch, now)
        missing = [item for item, known in zip(items, kept, strict=True) if known is None]
        began = time.perf_counter()
        planned = self._rollouts.until(session.connection) if missing else 0.0  # before any of it is asked
        answers = self._all_answers(session, missing) if missing else {}
        connection = self._connections.get(session.connection)
        shown: list[Shown] = []
        for item, known in zip(items, kept, strict=True):
            if known is not None:
                shown.append(known)
                continue
            answer = answers[item.tag, item.record]
            until = min(answer.until, session.expires_at, planned, now // STEP_S * STEP_S + STEP_S)
            of = about(connection, VIEWS[item.tag], item.record)
            shown.append(Shown(self._render(session, item, answer), of, epoch, until))
            if until > now:
                self._recent.keep(session, item, shown[-1])
        if missing:
            self._figures.observe(session.connection, session.component, ROAD, time.perf_counter() - began)
        return shown

    def reading(self, session: Session, tag: str, record: Record) -> Told:
        """What a fragment of this component would say of the record, permitted and audited as one. Raises NotFound."""
        told = self._all_answers(session, [Item(tag, record)])[self._catalog[tag].tag, record]
        if isinstance(told, Listing):
            raise NotFound("This component is about many records.", reason="component-lists")
        return told

    def listed(self, session: Session, tag: str) -> dict[Record, Answer]:
        """What a list says of each of its records, permitted and audited as a fragment. Raises NotFound."""
        told = self._all_answers(session, [Item(tag, LISTED)])[self._catalog[tag].tag, LISTED]
        return {row.record: row.answer for row in told.rows} if isinstance(told, Listing) else {}

    def forget(self) -> None:
        """Somebody was erased: no markup of before stays in memory."""
        self._past.forget()
        self._recent.forget()
        with self._lock:
            self._rendered.clear()

    def _all_answers(self, session: Session, items: Sequence[Item]) -> dict[tuple[str, Record], Told | Listing]:
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
    ) -> Mapping[Record, Told | Listing]:
        if not (connection.settings.rollout and self._rollouts.shows(connection.name, tag, session.viewer.subject)):
            return dict.fromkeys(records, self._station(tag).bare(State.OFF))
        if not self.may_open(session, tag):
            return self._told(session, connection, tag, dict.fromkeys(records, Denied(reason="component-not-open")))
        if not VIEWS[tag].lists:
            return self._told(session, connection, tag, self._permissions.grants(session, records))
        members = self._listings.members(session, connection)
        granted = [each for each in members.values() if isinstance(each, Grant)]
        names = self._listings.names(session, granted)
        told = self._told(session, connection, tag, members).items()
        answers = {record: answer for record, answer in told if isinstance(answer, Answer)}
        pressing = self._listings.pressing(connection, granted, answers) if VIEWS[tag].reviews else ()
        return dict.fromkeys(records, listing(answers, names, pressing))

    def _told(
        self, session: Session, connection: Connection, tag: str, asked: Mapping[Record, Grant | InlayError]
    ) -> dict[Record, Told]:
        """The answer for each record, in the audit before anybody sees it."""
        as_of = self._past.forgotten
        granted = [each for each in asked.values() if isinstance(each, Grant)]
        refused = {record: each for record, each in asked.items() if not isinstance(each, Grant)}
        answers: dict[Record, Told] = {
            record: self._station(tag).bare(
                State.DENIED if isinstance(refused[record], Denied) else State.UNAVAILABLE, reference=reference
            )
            for record, reference in self._denials.references(session, tag, refused).items()
        }
        try:
            view = VIEWS[tag]
            answers |= self._station(tag).told(session, connection, granted, history=view.history, reviews=view.reviews)
            new = self._audit.views(views(session, tag, answers))  # before anybody sees it
        except StoreUnavailable:  # what cannot be audited is not shown; what was told before is, if anything was
            nothing = {grant.record: self._station(tag).bare(State.UNAVAILABLE) for grant in granted}
            return self._counted(session, tag, answers | nothing | self._past.again(session, tag, granted))
        if VIEWS[tag].history:
            with suppress(StoreUnavailable):  # a badge says a little longer that this is news
                self._station(tag).opened(session, tag, answers)
        self._past.keep(session, tag, granted, answers, as_of)
        if VIEWS[tag].heard:
            answers = self._voices.joined(session, connection, tag, answers)
        return self._counted(session, tag, answers, new)

    def _counted(self, session: Session, tag: str, answers: dict[Record, Told], new: int = 0) -> dict[Record, Told]:
        self._figures.count(session.connection, tag, VIEWS_SHOWN, new)
        now = self._clock()
        for answer in answers.values():
            self._figures.count(session.connection, tag, answered(answer.state))
            if isinstance(answer, Answer) and answer.score is not None:
                age_s = now - answer.score.computed_at.timestamp()
                self._figures.observe(session.connection, tag, AGE, max(age_s, 0.0))
        return answers

    def _station(self, tag: str) -> Station:
        return self._stations[VIEWS[tag].answers]

    def _render(self, session: Session, item: Item, answer: Told | Listing) -> Fragment:
        """Markup is kept by all that it depends on; times in it are as coarse as the key's step of time."""
        now = self._clock()
        step = STALE_STEP_S if answer.state is State.STALE else STEP_S
        viewer = session.viewer
        opens = tuple(tag for tag in self._catalog[item.tag].opens if self.may_open(session, tag))
        key = hashkey(item.tag, item.record, answer, viewer.locale, viewer.timezone, opens, now // step)
        with self._lock:
            found = self._rendered.get(key)
        if found is None:
            moment = datetime.fromtimestamp(now // step * step, UTC)
            title = self._title(session, item, answer)
            params = VIEWS[item.tag].params(
                answer, record=item.record, viewer=viewer, now=moment, opens=bool(opens), title=title
            )
            html = (
                OFF
                if answer.state is State.OFF
                else self._renderer.fragment(
                    item.tag, params, uid=_uid(item), locale=viewer.locale, timezone=viewer.timezone
                )
            )
            found = Fragment.of(item, answer.state, html)
            with self._lock:
                self._rendered[key] = found
        self._metrics.count("answers", capability=answer.capability or "none", state=str(answer.state))
        return found

    def _title(self, session: Session, item: Item, answer: Told | Listing) -> str:
        """What the capability calls its answer."""
        connection, view = self._connections.get(session.connection), VIEWS[item.tag]
        named = connection.capability_named(answer.capability)
        capability = named if view.lists else connection.capability_for(item.record, view.answers)
        return capability.title if capability else ""


def _uid(item: Item) -> str:
    """Prefix of ids within the fragment: the same for the same item, so that markup can be kept and morphed."""
    return f"i{hashlib.sha256(f'{item.tag} {item.record}'.encode()).hexdigest()[:8]}"
