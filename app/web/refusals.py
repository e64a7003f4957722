"""What is refused leaves a row behind, with its reason; unknown claims are counted.

A row costs a write, and a refusal costs its sender nothing: what is refused again for the same reason within some
seconds is counted in the metrics and not written again.
"""

from __future__ import annotations

from contextlib import suppress

from flask import request

from app.audit.log import new_reference
from app.connections import Connection
from app.errors import (
    BadRequest,
    InlayError,
    LaunchRefused,
    LaunchUsed,
    NotFound,
    RateLimited,
    SessionExpired,
    StoreUnavailable,
)
from app.figures.names import REFUSED
from app.launch import Launch
from app.web.limits import whose_address
from app.web.parts import Parts


def refused(parts: Parts, error: LaunchRefused, connection: str) -> str:
    """Write why, for the admin; the reference that the viewer may quote. Raises StoreUnavailable."""
    name = _known(parts, connection)
    host = parts.connections.get(name).settings.host if name else "unknown"
    parts.metrics.count("launches", host=host, outcome=error.code)
    if name:
        parts.figures.count(name, "", REFUSED)
    return parts.echoes.once(
        "launch", name, error.reason,
        write=lambda reference: parts.audit.write(
            "launch.refused", connection=name, reason=error.reason, reference=reference, host=host
        ),
    )  # fmt: skip


def sign_in_refused(parts: Parts, error: InlayError, connection: str) -> str:
    """Write why nobody was signed in; the reference that the viewer may quote. Raises StoreUnavailable."""
    name = _known(parts, connection)
    host = parts.connections.get(name).settings.host if name else "unknown"
    parts.metrics.count("sign_ins", host=host, outcome=error.code)
    return parts.echoes.once(
        "signin", name, error.reason,
        write=lambda reference: parts.audit.write(
            "signin.refused", connection=name, reason=error.reason, reference=reference, host=host
        ),
    )  # fmt: skip


def note_request(parts: Parts, error: InlayError, connection: str = "") -> None:
    """Note that a request was malformed, too large, of the wrong kind or one too many. It is refused with or
    without its row."""
    if request.url_rule is None or isinstance(error, NotFound):
        return
    if isinstance(error, RateLimited):
        parts.metrics.count("rate_limited", route=request.url_rule.rule)
        _note(parts, error, error.connection, error.viewer, long=True)
    elif isinstance(error, BadRequest):
        charge(parts)
        _note(parts, error, _known(parts, connection), "", long=False)


def _note(parts: Parts, error: InlayError, connection: str, viewer: str, *, long: bool) -> None:
    route = request.url_rule.rule if request.url_rule else ""
    facts = {"viewer": viewer or None, "route": route, "status": error.status}
    with suppress(StoreUnavailable):  # counted by the audit
        parts.echoes.once(
            "request", connection, viewer, error.reason, route,
            write=lambda _: parts.audit.write(
                "request.refused", connection=connection, reason=error.reason, detail=facts
            ),
            long=long,
        )  # fmt: skip


def charge(parts: Parts, error: InlayError | None = None) -> None:
    """Count a refusal for the address that it came from; what follows from it is `require_patience`.

    A launch that was used before is known to be the host's, and a reload is enough to send it again.
    """
    if isinstance(error, LaunchUsed):
        return
    with suppress(RateLimited):
        parts.limits.spend(parts.settings.server.limit_refused, "refusals", *_whose(parts))


def require_patience(parts: Parts) -> None:
    """Raises RateLimited for an address that was refused too often; whoever is known is never asked this."""
    parts.limits.require(parts.settings.server.limit_refused, "refusals", *_whose(parts))


def _whose(parts: Parts) -> tuple[str, ...]:
    """The address that asks; apart from it, what pages have asked there that nobody listed.

    Any page has its visitors' browsers send what is refused, and must not shut their whole house out of the panels
    with it. Which page it was, browsers say, and no page can change: https://www.w3.org/TR/fetch-metadata/
    """
    address, site = whose_address(request.remote_addr), request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site == "same-origin":  # our windows tell nobody where they come from, so their forms come from "null"
        elsewhere = False
    elif origin is None:
        elsewhere = site == "cross-site"
    else:
        ours = origin == parts.settings.server.public_url
        elsewhere = not ours and all(origin not in each.settings.origins for each in parts.connections)
    return (address, "elsewhere") if elsewhere else (address,)


def note_expired(parts: Parts, error: SessionExpired, connection: str) -> None:
    """Write that a host wants to see a viewer again. The viewer is told so with or without its row."""
    reference = new_reference()
    with suppress(StoreUnavailable):  # counted by the audit
        known = _known(parts, connection)
        parts.audit.write("session.refused", connection=known, reason=error.reason, reference=reference)
        error.reference = reference


def count_unknown(parts: Parts, connection: Connection, launch: Launch) -> None:
    """A host began to say something new: an alarm for us, not a reason to refuse."""
    if launch.unknown_claims:
        parts.metrics.count("unknown_claims", n=len(launch.unknown_claims), host=connection.settings.host)


def _known(parts: Parts, connection: str) -> str:
    """The name, if it is one of ours: a stranger's word does not go into the audit."""
    return connection if connection in parts.connections else ""
