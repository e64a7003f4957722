"""The health of what we are connected with: each finding one line, with its mend. Asks, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from app.config import ConnectionSettings, Settings
from app.core.client import CoreClient
from app.db import Database
from app.db.framings import Framings
from app.db.migrations import is_current
from app.errors import AddressRefused, AnswerRefused, CoreUnavailable, InlayError, OutboundError, StoreUnavailable
from app.hosts import HOSTS
from app.hosts._keys import ALGORITHMS, fetch
from app.hosts._oauth import IntegrationTokens
from app.metrics import Metrics
from app.net.door import Caller, Request, Response

CLOCK_MAX_S = 5.0  # launches are taken within 30 s; whoever is off by five will be off by more
NETWORK_MEND = "Look at the address, the network and the certificate"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. A note is worth reading; a problem keeps somebody from seeing a panel, or will."""

    level: Literal["ok", "note", "problem"]
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.level:8}{self.where}: {self.what} {self.mend}".rstrip()


class Watch:
    """The door, and a look at what each answer says the time is."""

    def __init__(self, door: Caller, clock: Callable[[], float]) -> None:
        self._door, self._clock = door, clock
        self._off: dict[str, float] = {}  # by host and port: seconds that its clock is ahead of ours

    def call(self, request: Request) -> Response:
        asked = self._clock()
        response = self._door.call(request)
        said = _date(response)
        if said is not None:  # it was written between our question and its answer, and names whole seconds
            ahead = max(0.0, said - self._clock()) or min(0.0, said + 1.0 - asked)
            self._off[urlsplit(request.url).netloc] = ahead
        return response

    def clocks(self) -> Iterator[Finding]:
        """Whose clock is not ours; one line for all that agree."""
        wrong = {name: ahead for name, ahead in self._off.items() if abs(ahead) > CLOCK_MAX_S}
        for name, ahead in wrong.items():
            what = f"its clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours."
            yield Finding("problem", name, what, "Set both by NTP: a launch of another time is refused.")
        if agreed := [name for name in self._off if name not in wrong]:
            yield Finding("ok", "clocks", f"ours agrees with {', '.join(agreed)}.")


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
        return Finding("note", "server", what, "List it in allow_private to have it checked.")
    except AnswerRefused:
        ours = False
    except OutboundError as error:
        what = f"public_url {public_url} does not answer ({error.code})."
        return Finding("problem", "server", what, "Start it, or look at its name, its certificate and the proxy.")
    if ours:
        return Finding("ok", "server", f"public_url {public_url} answers.")
    what = f"something else than Inlay answers at public_url {public_url}."
    return Finding("problem", "server", what, "Look at where the name and the proxy lead.")


def cores(settings: Settings, watch: Watch, metrics: Metrics) -> Iterator[Finding]:
    """Whether each core is there, and answers what it is asked."""
    for name, each in settings.cores.items():
        where, client = f"core {name}", CoreClient(each, watch, metrics)
        try:
            client.health()
        except CoreUnavailable as error:
            what = f"{each.url} is not healthy ({error.reason})."
            mend = f"Start it, or mend [cores.{name}] url."
            if error.reason == "address-private":
                mend = "List its host in [server] allow_private: private addresses are called only when listed."
            yield Finding("problem", where, what, mend)
            continue
        yield Finding("ok", where, f"{each.url} is healthy.")
        for capability in (one for one in settings.capabilities.values() if one.core == name):
            yield _asked(client, where, capability.name)


def _asked(client: CoreClient, where: str, capability: str) -> Finding:
    """A question about nobody: an answer, or that nothing is known, is what shows that it may be asked."""
    try:
        client.score(capability, {"type": "Check", "id": "inlay-check"}, {}, purpose="check")
    except (CoreUnavailable, AnswerRefused) as error:
        what = f"does not answer {capability} ({error.reason})."
        return Finding("problem", where, what, "Look at its keys, and at the name of the capability.")
    return Finding("ok", where, f"answers {capability}.")


def connections(
    settings: Settings, watch: Watch, store: Database | None, clock: Callable[[], float]
) -> Iterator[Finding]:
    """Each connection's keys, its integration identity, and who tried to frame it."""
    tried = _tried(settings, store, clock)
    for name, each in settings.connections.items():
        where, found = f"connection {name}", []
        if each.jwks_url:
            found.append(_keys(where, each, watch))
        if each.client_id and HOSTS[each.host].reads:
            found.append(_identity(where, each, watch))
        found += tried.get(name, [])
        if not each.rollout:
            found.append(Finding("note", where, "shows no panels.", "Set rollout = true to show them."))
        yield from found or [Finding("ok", where, "has nothing that could be asked from here.")]


def _keys(where: str, connection: ConnectionSettings, watch: Watch) -> Finding:
    try:
        keys = fetch(watch.call, connection.jwks_url)
    except InlayError as error:
        what = f"the issuer's keys at {connection.jwks_url} cannot be had ({error.reason})."
        return Finding("problem", where, what, f"{NETWORK_MEND}, or mend jwks_url.")
    fits = [name for name in connection.algorithms if name in ALGORITHMS]
    unsigned = [name for name in fits if not any(ALGORITHMS[name](key) for key in keys)]
    if fits and unsigned == fits:
        what = f"none of the issuer's keys is for {' or '.join(fits)}."
        return Finding("problem", where, what, "Mend algorithms, or have the issuer publish such a key.")
    return Finding("ok", where, f"the issuer publishes {len(keys)} key{'' if len(keys) == 1 else 's'}.")


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


def _date(response: Response) -> float | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).replace(tzinfo=UTC).timestamp()
    except (ValueError, TypeError):
        return None
