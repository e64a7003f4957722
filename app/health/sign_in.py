"""Whether viewers can sign in: the issuer and its keys, our app there, its address and scopes.

Found out by what the host answers, before any viewer does; nobody is signed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from app.config import ConnectionSettings
from app.errors import HostUnavailable, InlayError, LaunchRefused, OutboundError, RedirectRefused
from app.health.findings import NETWORK_MEND, Finding, Watch
from app.health.keys import keys as published
from app.hosts import HOSTS
from app.hosts._keys import Discovery, KeySets
from app.hosts._oauth import drive
from app.hosts._sign_in import Attempt, SignIn
from app.net.door import Request

INVENTED = "inlay-check"  # a code that no host gave
_NOT_KNOWN = frozenset({"invalid_client", "unauthorized_client", "401"})


def sign_in(connection: ConnectionSettings, public_url: str, watch: Watch, now: float) -> Iterator[Finding]:
    """The findings of one connection. None where nobody signs in."""
    slot = HOSTS[connection.host].sign_in
    if slot is None or not slot.ready(connection):
        return
    redirect_uri = f"{public_url}/oauth/{connection.name}/callback"
    look = _Look(connection, slot, redirect_uri, watch, KeySets(watch), Attempt.new())
    try:
        provider = slot.provider(connection, look.keys) if slot.provider else None
        url = drive(slot.begin(connection, look.attempt, redirect_uri, look.keys), watch.call)
    except LaunchRefused as error:
        what = f"the document of the issuer {connection.issuer} speaks for another issuer ({error.reason})."
        yield Finding("problem", look.where, what, "Write issuer letter by letter as that document has it.")
        return
    except InlayError as error:
        what = f"nobody can sign in: the issuer's document cannot be had, or lacks addresses ({error.reason})."
        yield Finding("problem", look.where, what, f"{NETWORK_MEND}, or mend issuer.")
        return
    yield look.page(url)
    yield look.client(provider, now)
    if provider is not None:
        if not connection.jwks_url:  # else it was looked at with the launches' keys
            yield published(look.where, provider.jwks_url, connection.algorithms, watch)
        yield from look.scopes(provider, url)


@dataclass(frozen=True, slots=True)
class _Look:
    connection: ConnectionSettings
    slot: SignIn
    redirect_uri: str
    watch: Watch
    keys: KeySets
    attempt: Attempt

    @property
    def where(self) -> str:
        return f"connection {self.connection.name}"

    def page(self, url: str) -> Finding:
        """The host's page, asked for as a viewer's browser would: a host that refuses us does so at once."""
        host = urlsplit(url).netloc
        try:
            status = self.watch.call(Request("GET", url)).status
        except RedirectRefused:
            status = 302  # on to where passwords are asked for
        except OutboundError as error:
            what = f"the sign-in page of {host} does not answer ({error.code})."
            return Finding("problem", self.where, what, f"{NETWORK_MEND}.")
        if status >= 400:
            what = f"{host} lets nobody sign in for us (status {status})."
            mend = f"Register the redirect URI {self.redirect_uri} there, and look at our app and its scopes."
            return Finding("problem", self.where, what, mend)
        return Finding("ok", self.where, f"viewers sign in at {host}; the redirect URI there is {self.redirect_uri}")

    def client(self, provider: Discovery | None, now: float) -> Finding:
        """A code that nobody gave: a host that refuses the code has let our app in."""
        issuer = provider.issuer if provider else ""
        name = self.connection.sign_in_client_id or self.connection.client_id
        flow = self.slot.finish(self.connection, self.attempt, INVENTED, issuer, self.redirect_uri, self.keys, now)
        try:
            drive(flow, self.watch.call)
        except LaunchRefused:
            return Finding("ok", self.where, f"the app {name} is known there, and so is its secret.")
        except HostUnavailable as error:
            code = error.reason.partition(":")[2]
            if code in _NOT_KNOWN:
                own = "sign_in_" if self.connection.sign_in_client_id else ""
                mend = f"Mend {own}client_id and {own}client_secret."
                return Finding("problem", self.where, f"the app {name} is refused there ({code}).", mend)
            what = f"the token endpoint does not say whether it knows our app ({error.reason})."
            return Finding("note", self.where, what, "Sign in once by hand.")
        what = "the token endpoint takes a code that nobody gave: it would sign anybody in."
        return Finding("problem", self.where, what, "Do not use it.")

    def scopes(self, provider: Discovery, url: str) -> Iterator[Finding]:
        """What we ask for and the provider does not name, where it names any."""
        asked = parse_qs(urlsplit(url).query).get("scope", [""])[0].split()
        strange = [scope for scope in asked if provider.scopes and scope not in provider.scopes]
        if strange:
            what = f"the provider does not name the scope {' '.join(strange)}."
            yield Finding("note", self.where, what, "Mend sign_in_scopes, if it refuses viewers for that.")
