"""What routes for sessions share: whose token it is, from where it may be used, and fragments as JSON."""

from __future__ import annotations

import re
from functools import partial
from typing import NoReturn

from flask import request

from app.answer import State
from app.bearer import Session
from app.errors import Denied, SessionExpired, SessionInvalid
from app.web.fragments import Fragment
from app.web.parts import parts
from app.web.refusals import charge, require_patience

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def bearer() -> str:
    """The token of the Authorization header. Raises SessionInvalid."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
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
    origin = request.headers.get("Origin")
    if session.mode == "element":
        allowed = origin == session.origin
    else:  # our own document; one with an opaque origin says "null"
        allowed = origin in {None, "null", p.settings.server.public_url}
    if not allowed:
        _refuse_origin(session)
    p.limits.spend_viewer(p.connections.get(session.connection).settings, session.viewer.subject)
    return session


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


def as_json(fragment: Fragment, known: str = "") -> dict[str, object]:
    """A fragment for an element; when the browser has it already, only that it has."""
    named: dict[str, object] = {"component": fragment.tag, "record": str(fragment.record), "etag": fragment.etag}
    if known == fragment.etag:
        return named | {"unchanged": True}
    if fragment.state == State.DENIED:
        named["code"] = Denied.code
    return named | {"state": fragment.state, "html": fragment.html}
