"""The health of what we are connected with: each finding one line, with its mend. Asks, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.config import ConnectionSettings, Settings
from app.db import Database
from app.db.framings import Framings
from app.db.migrations import is_current
from app.errors import AddressRefused, AnswerRefused, InlayError, OutboundError, StoreUnavailable
from app.health.brokers import brokers
from app.health.core import cores
from app.health.drives import drives
from app.health.feedback import feedback
from app.health.findings import Finding, Watch
from app.health.keys import keys
from app.health.residency import key_store, residences
from app.health.sign_in import sign_in
from app.health.write_back import write_back
from app.hosts import HOSTS
from app.hosts._oauth import IntegrationTokens
from app.net.door import Request

__all__ = [
    "Finding",
    "Watch",
    "brokers",
    "connections",
    "cores",
    "database",
    "feedback",
    "key_store",
    "residences",
    "server",
]


def database(store: Database | None) -> Iterator[Finding]:
    """`store` is None where there is no database yet."""
    if store is None:
        yield Finding("problem", "database", "is not there yet.", "Run: inlay db upgrade")
        return
    try:
        current = is_current(store)
    except StoreUnavailable as error:
        yield Finding("problem", "database", f"cannot be reached ({error.reason}).", "Look at [store] url.")
        return
    if current:
        yield Finding("ok", "database", "answers, and its schema is the newest.")
    else:
        yield Finding("problem", "database", "has another schema than this version.", "Run: inlay db upgrade")


def server(settings: Settings, watch: Watch) -> Iterator[Finding]:
    """How browsers reach us."""
    own = settings.server
    if own.public_url.startswith("http://"):
        what = f"public_url {own.public_url} is plain http, which works on this machine only."
        yield Finding("note", "server", what, "Use https for anybody else.")
        return
    if not own.trusted_proxies and not own.tls_key:
        what = "public_url is https, but neither TLS nor a proxy in front is configured."
        mend = "Set tls_certificate and tls_key, or trusted_proxies: else all viewers count as one address."
        yield Finding("problem", "server", what, mend)
    yield _reached(own.public_url, watch)


def _reached(public_url: str, watch: Watch) -> Finding:
    try:
        response = watch.call(Request("GET", f"{public_url}/healthz"))
        ours = response.ok and response.json() == {"status": "ok"}
    except AddressRefused:
        what = f"public_url {public_url} is a private address from here, so it was not asked."
        mend = "Browsers keep pages of the internet from such an address: for those give it a public one, also inside."
        return Finding("note", "server", what, f"{mend} List it in allow_private to have it checked.")
    except AnswerRefused:
        ours = False
    except OutboundError as error:
        what = f"public_url {public_url} does not answer ({error.code})."
        return Finding("problem", "server", what, "Start it, or look at its name, its certificate and the proxy.")
    if ours:
        return Finding("ok", "server", f"public_url {public_url} answers.")
    what = f"something else than Inlay answers at public_url {public_url}."
    return Finding("problem", "server", what, "Look at where the name and the proxy lead.")


def connections(
    settings: Settings, watch: Watch, store: Database | None, clock: Callable[[], float]
) -> Iterator[Finding]:
    """Each connection's keys, its integration identity, its libraries, and who tried to frame it."""
    tried = _tried(settings, store, clock)
    for name, each in settings.connections.items():
        where, found = f"connection {name}", []
        if each.jwks_url:
            found.append(keys(where, each.jwks_url, each.algorithms, watch))
        if each.client_id and HOSTS[each.host].reads:
            found.append(_identity(where, each, watch))
        found += drives(where, each, watch)
        found += write_back(where, settings, each, watch)
        found += sign_in(each, settings.server.public_url, watch, clock())
        found += tried.get(name, [])
        if not each.rollout:
            found.append(Finding("note", where, "shows no panels.", "Set rollout = true to show them."))
        yield from found or [Finding("ok", where, "has nothing that could be asked from here.")]


def _identity(where: str, connection: ConnectionSettings, watch: Watch) -> Finding:
    try:
        IntegrationTokens(watch).get(connection)
    except InlayError as error:
        what = f"the integration identity gets no token at {connection.token_url} ({error.reason})."
        return Finding("problem", where, what, "Mend client_id, client_secret or token_url; look at its rights there.")
    return Finding("ok", where, f"the integration identity {connection.client_id} gets its token.")


def _tried(settings: Settings, store: Database | None, clock: Callable[[], float]) -> dict[str, list[Finding]]:
    """By connection: who tried to frame its panels. Nothing where the database cannot say."""
    found: dict[str, list[Finding]] = {}
    try:
        framings = [] if store is None else Framings(store, clock).all()
    except InlayError:  # the database has a finding of its own
        framings = []
    for each in framings:
        connection = settings.connections.get(each.connection)
        if connection is None:
            continue
        if each.origin in HOSTS[connection.host].frame_ancestors(connection):
            what = f"{each.origin} is listed, but a page around it is not: its panels were refused {each.count} times."
            mend = "List the origin of that outer page too, if it is yours."
        else:
            what = f"{each.origin} tried to frame a panel {each.count} times and is not listed."
            mend = "Add it to origins if it is yours."
        found.setdefault(each.connection, []).append(Finding("note", f"connection {each.connection}", what, mend))
    return found
