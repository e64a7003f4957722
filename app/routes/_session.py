"""What routes for sessions share: whose token it is, from where it may be used, and fragments in JSON."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import NoReturn

from flask import request

from app.errors import SessionExpired, SessionInvalid
from app.session.bearer import Session
from app.web.parts import parts
from app.web.refusals import charge, require_patience

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def bearer() -> str:
    """The token of the Authorization header. Raises SessionInvalid."""
    scheme, _, token = str(request.environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SessionInvalid(reason="token-missing")
    return token


def browser_locale() -> str:
    """The browser's first language, for proofs that name none; empty where it does not say."""
    best = (request.accept_languages.best or "") if request.accept_languages else ""
    return best if _LANGUAGE.fullmatch(best) else ""


def session_of(token: str) -> Session:
    """The session of a token, asked from where it was opened. Raises SessionInvalid, SessionExpired."""
    p = parts()
    try:
        session = p.sessions.load(token)
    except SessionInvalid as error:
        if not isinstance(error, SessionExpired):  # which happens to every panel that was left open
            _note_garbage(error)
        raise
    if request.environ.get("HTTP_ORIGIN") not in origins_of(session, p.settings.server.public_url):
        _refuse_origin(session)
    p.limits.spend_viewer(p.connections.get(session.connection).settings, session.viewer.subject)
    return session


def origins_of(session: Session, public_url: str) -> frozenset[str | None]:
    """What the browser may say where a request of this session comes from."""
    if session.mode == "element":
        return frozenset((session.origin,))
    return frozenset((None, "null", public_url))  # our own document, also an opaque one


def _note_garbage(error: SessionInvalid) -> None:
    """Raises RateLimited for an address that sent too much of it."""
    p = parts()
    charge(p)
    require_patience(p)
    write = partial(p.audit.write, "session.refused", reason=error.reason)
    error.reference = p.echoes.once("session", error.reason, write=lambda reference: write(reference=reference))


def _refuse_origin(session: Session) -> NoReturn:
    p, error = parts(), SessionInvalid(reason="origin-not-the-session's")
    write = partial(
        p.audit.write, "session.refused", connection=session.connection, session=session.id, reason=error.reason
    )
    error.reference = p.echoes.once(
        "session", session.id, error.reason, write=lambda reference: write(reference=reference)
    )
    raise error


def written(fragments: bytes, **named: object) -> bytes:
    """A JSON object of fragments that are JSON already, and of what else it names."""
    rest = json.dumps(named, ensure_ascii=False, separators=(",", ":")).encode()[1:] if named else b"}"
    return b'{"fragments":' + fragments + (b"," if named else b"") + rest
