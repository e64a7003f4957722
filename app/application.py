"""The server as a table of contents: the parts in the order of the road, and the Flask application around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.admins import Admins
from app.admins.sign_in import AdminSignIn
from app.audit.log import AuditLog
from app.config import Settings
from app.connections import Connections
from app.db import Database
from app.db.epochs import Epochs, forgetting
from app.db.framings import Framings
from app.events import Events
from app.events.publishing import Announcements
from app.events.publishing.imported import ImportedScores
from app.explanation import Explanations
from app.figures import Figures
from app.figures.stored import StoredFigures
from app.health.alerts.kept import KeptAlerts
from app.health.alerts.watch import Watch
from app.hosts._keys import KeySets
from app.hosts._oauth import IntegrationTokens
from app.house import HOUSE, checked, read_house
from app.jobs import Runner, handlers
from app.listing import Listings
from app.metrics import Metrics, NullMetrics
from app.net.door import Door
from app.net.permits import Permits
from app.node import Node
from app.permissions import Permissions
from app.preview.book import Book
from app.review import Reviews
from app.revisions import Revisions
from app.revisions.publishing import Publisher
from app.revisions.vault import Vault
from app.rollouts import Rollouts
from app.routes import BLUEPRINTS, PREVIEW
from app.session import Sessions
from app.session.behalf import Behalf
from app.session.carried import Carried
from app.session.identities import Identities
from app.session.signin import SignIns
from app.views import LISTS, VIEWS
from app.web.assets import Assets
from app.web.echoes import Echoes
from app.web.endings import finished, refused
from app.web.fragments import Fragments
from app.web.hot import Hot
from app.web.limits import Limits
from app.web.memory.news import News
from app.web.memory.ready import Ready
from app.web.parts import Parts
from app.web.render import Renderer
from app.web.stations import Readings, Scores, Station
from app.web.wsgi.bodies import Bodies
from app.web.wsgi.entrance import Entrance
from app.web.wsgi.server import Server
from app.wiring import (
    Documents,
    Ground,
    Libraries,
    ahead,
    keyring_of,
    leaver,
    loops,
    machines,
    scoring,
    sealer,
    speaking,
    subject_keys,
    warmer,
    write_back,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PERMITS = 6  # of 8 threads a worker: two always answer from memory
PATIENCE_S = 3.0  # with the database: a statement of ours takes milliseconds
SIGN_IN_WAIT_S = 2.0  # for one of them
MAX_BODY_BYTES = 512 * 1024


def begin_jobs(built: Parts) -> None:
    """See to what comes back by itself. Raises StoreUnavailable."""
    built.notices.begin(built.connections)
    built.ahead.begin()
    built.sealer.begin()
    built.watch.begin()
    built.imports.begin()


def build(
    settings: Settings, clock: Callable[[], float] = time.time, renderer: Renderer | None = None,
    node: Node | None = None, metrics: Metrics | None = None) -> tuple[Parts, Runner]:  # fmt: skip
    """All parts, in the order of the road. Raises ConfigError, StoreUnavailable."""
    renderer, node = checked(settings, renderer or read_house()), node or Node()
    metrics, keyring = metrics or Metrics(node), keyring_of(settings)
    database, permits = Database(settings.store.url, PATIENCE_S), Permits(PERMITS)
    epochs = Epochs(database, on_failure=lambda: metrics.count("epoch_failures"))
    door, audit = Door(settings.server.allow_private, metrics=metrics), AuditLog(database, clock, metrics)
    connections = Connections(settings, door, IntegrationTokens(door, clock), metrics)
    keys, ask = KeySets(door, permits=permits), permits.around(door.call, SIGN_IN_WAIT_S)
    identities = Identities(database, keyring, audit, connections, door, permits, keys, clock)
    subjects = subject_keys(settings, keyring, clock, PATIENCE_S, database.gate)
    sessions = Sessions(database, keyring, Carried(keyring, subjects), audit, epochs, identities, clock)
    behalf = Behalf(sessions, door, permits, metrics, clock)
    permissions, limits = Permissions(connections, behalf, clock, LISTS), Limits(clock)
    ground = Ground(settings, database, epochs, keyring, subjects, audit, metrics, door, clock)
    stored, cores = ground.scores(), ground.cores()
    listings = Listings(connections, permissions, sessions, stored, database, clock)
    writing, cards = write_back(ground, connections), [tag for tag, each in VIEWS.items() if each.history]
    scored = scoring(ground, connections, sessions, stored, cores, cards, [writing.wishes.scored])
    documents = Documents(ground, connections, sessions, behalf, cores, [writing.wishes.analysed])
    analyses = documents.analyses(lambda: runner.wake())  # noqa: PLW0108 the runner is made of it, below
    libraries, warm = Libraries(ground), warmer(ground, connections, stored, scored)
    subscriber, ahead_of_all = libraries.subscriber(connections, analyses), ahead(ground, connections, warm)
    rollouts, revisions = Rollouts(database, audit, epochs, clock), Revisions(database, audit, clock)
    publisher = Publisher(settings.file, revisions, lambda draft: build(draft, clock, renderer)[0].close())
    leaving = leaver(ground, connections, identities, subscriber, rollouts, publisher)
    figures, seals = Figures(StoredFigures(database), metrics, clock), sealer(settings, database, clock)
    watch = Watch(settings, KeptAlerts(database), figures.stored, audit, seals, door, clock)
    events = Events(database, connections, stored, figures, audit, clock)
    feedback, voices, training = speaking(ground, stored, cores, figures, watch)
    kinds = handlers(
        connections=connections,
        scoring=scored,
        identities=identities,
        work=documents.work,
        subscriber=subscriber,
        ahead=ahead_of_all,
        sealer=seals,
        leaving=leaving,
        alerts=watch,
        changed=events.changed,
        to_cores=feedback,
        writer=writing.writer,
        imported=ImportedScores(database, Announcements(settings), writing.wishes),
    )
    beside = loops(ground, connections, events, node, lambda: runner.wake())  # noqa: PLW0108 the same
    runner = Runner(database, kinds, metrics, clock, factor=settings.server.job_threads, beside=beside)
    heard = (feedback.reviewed, writing.wishes.reviewed, Announcements(settings).reviewed)
    reviews = Reviews(database, keyring, connections, stored, audit, epochs, metrics, clock, listeners=heard)
    scores, readings = Scores(scored, reviews, writing.wishes), Readings(analyses, reviews, writing.wishes, limits)
    stations: dict[str, Station] = {"score": scores, "analysis": readings}
    news = News(epochs, connections)
    fragments = Fragments(
        connections, permissions, stations, rollouts, voices, figures, audit, renderer, news, metrics, clock, listings
    )
    ready = Ready(sessions, news, limits, metrics, clock)
    callers, host_code, imports = machines(ground, connections, keys, stored, scored)
    epochs.subscribe(forgetting(subjects.forget, lambda *_: fragments.forget(), lambda *_: ready.forget()))
    return Parts(
        settings=settings,
        node=node,
        database=database,
        epochs=epochs,
        audit=audit,
        metrics=metrics,
        keys=keys,
        connections=connections,
        sessions=sessions,
        sign_ins=SignIns(database, keyring, sessions, identities, audit, ask, keys, settings.server.public_url, clock),
        permissions=permissions,
        admins=Admins(database, audit, clock, settings.admin),
        figures=figures,
        rollouts=rollouts,
        revisions=revisions,
        publisher=publisher,
        leaving=leaving,
        vault=Vault(settings.file.parent, database, audit),
        admin_sign_in=AdminSignIn(settings.admin, connections, keyring, ask, keys, settings.server.public_url, clock),
        events=events,
        notices=libraries.board,
        ahead=ahead_of_all,
        sealer=seals,
        watch=watch,
        warmer=warm,
        renderer=renderer,
        fragments=fragments,
        reviews=reviews,
        voices=voices,
        training=training,
        analyses=analyses,
        write_backs=writing.desk,
        assets=Assets(HOUSE / "static", settings.server.public_url, renderer.catalog, renderer.catalog.tokens_css),
        limits=limits,
        ready=ready,
        subject_keys=subjects,
        stored=stored,
        cores=cores,
        callers=callers,
        host_code=host_code,
        imports=imports,
        explanations=Explanations(stored, connections, permissions, audit, database, clock),
        echoes=Echoes(clock),
        framings=Framings(database, clock),
        wake_jobs=runner.wake,
        clock=clock,
        close=partial(_close, runner, (scored, analyses, figures, cores, door, epochs, database, subjects)),
    ), runner


def _close(runner: Runner, parts: Sequence[Any]) -> None:
    runner.stop()
    for part in parts:
        part.close()


def create_app(built: Parts, *, hot: bool = True) -> Flask:
    """The Flask application around the parts: addresses, failures, headers.

    Without `hot` every answer comes from the road: for whoever compares the two.
    """
    server = built.settings.server
    app = _addresses(server.preview).around(built.metrics)
    app.extensions["inlay"] = built
    if server.preview:
        app.extensions["inlay-preview"] = Book()
    layers: WSGIApplication = app.wsgi_app
    if hot:
        layers = Hot(layers, built.ready, built.metrics)
    layers = Bodies(layers, server.threads)
    if hops := server.trusted_proxies:
        layers = ProxyFix(layers, x_for=hops, x_proto=hops)
    # how Flask has it wrapped; its types take the method for fixed
    app.wsgi_app = Entrance(layers, built.database.gate, built.node)  # type: ignore[method-assign]
    return app


@cache
def _addresses(preview: bool) -> Server:
    """What all applications of a process answer at, and how they fail: read once, for those after a reload too."""
    app = Server("inlay", NullMetrics())
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES
    for blueprint in (*BLUEPRINTS, *(PREVIEW if preview else ())):
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, refused)
    app.after_request(finished)
    return app
