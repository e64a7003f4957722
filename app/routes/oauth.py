"""The window in which a viewer signs in: to the host, back from it, the viewer's yes, and the code for the panel.

    GET start -> the host -> GET callback -> POST callback -> POST connect -> the panel redeems at POST /session

Every page here is a window's of its own: nobody may frame it, no cookie is set, and what must be kept between two
pages lies in the window's own session storage (static/embed/source/popup.js).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from limits import parse
from markupsafe import Markup

from app.connections import Connection
from app.errors import (
    BadRequest,
    InlayError,
    LaunchRefused,
    RateLimited,
    SignInRefused,
    StoreUnavailable,
    WrongMediaType,
)
from app.launch import LISTED, MAX_RECORDS, Record
from app.session.signin import Asked
from app.views import LISTS
from app.web.failures import retry_headers, translated
from app.web.headers import popup_policy
from app.web.languages import asked_for
from app.web.limits import whose_address
from app.web.parts import Parts, parts
from app.web.refusals import charge, note_request, require_patience, sign_in_refused

blueprint = Blueprint("oauth", __name__)
STARTS = parse("300/minute")  # of one address; a house of thousands has its Monday morning
MAX_FIELD = 4096  # of an answer in an address
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

View = Callable[[Connection], Response]


def _step(view: View) -> Callable[[str], Response]:
    """A step of a connection that viewers sign in to; whatever goes wrong becomes a page that says what to do."""

    @wraps(view)
    def guarded(connection: str) -> Response:
        try:
            require_patience(parts())
            return view(_named(connection))
        except Exception as error:  # noqa: BLE001 a person looks at this window, whatever went wrong
            return _failed(translated(error), connection)

    return guarded


@blueprint.get("/oauth/<connection>/start")
@_step
def start(connection: Connection) -> Response:
    """The click in a panel. What comes in the address is no secret: the hash of one, and what the panel shows.

    Raises SignInRefused for an attempt that no panel of ours has begun, RateLimited.
    """
    p, args = parts(), request.args
    _require_window()
    p.limits.spend(STARTS, "sign-ins", whose_address(request.remote_addr))
    p.limits.spend_connection(connection.settings, connection.settings.limit_launches, "sign-ins")
    own, opener = p.settings.server.public_url, args.get("opener", "")
    if not _CHALLENGE.fullmatch(args.get("challenge", "")):
        raise SignInRefused(reason="challenge-malformed")
    if args.get("component") not in connection.settings.components:
        raise SignInRefused(reason="component-unlisted")
    if opener and opener not in connection.settings.origins:
        raise SignInRefused(reason="origin-unlisted")
    named = [text for text in args.getlist("record") if text not in ("", str(LISTED))]
    records = tuple(Record.parse(text) for text in named[:MAX_RECORDS])
    if not (records or connection.host.approval_field or args["component"] in LISTS):
        raise SignInRefused(reason="record-missing")
    asked = Asked(args["challenge"], args["component"], records, opener or own, _claims(args.get("claims", "")))
    started = p.sign_ins.start(connection, asked)
    _note_start(p, connection, asked)
    words = {"state": started.state, "tab": started.tab, "url": started.url}
    return _page("signin/away.html", words, place=urlsplit(started.url).hostname)


@blueprint.get("/oauth/<connection>/callback")
@_step
def back(connection: Connection) -> Response:
    """The host sends the window back. Only the window's own script can say that it is the one that went."""
    fields = {name: request.args.get(name, "")[:MAX_FIELD] for name in ("state", "code", "iss", "error")}
    words = {"state": fields["state"], "submit": True}
    return _page("signin/back.html", words, action=_action(connection, "callback"), fields=fields)


@blueprint.post("/oauth/<connection>/callback")
@_step
def callback(connection: Connection) -> Response:
    """Back from the host: its code is exchanged, and the viewer asked whether it is they. Nobody is signed in by this
    yet.

    Raises SignInRefused, LaunchRefused, HostUnavailable.
    """
    p, form = parts(), _form()
    state, tab = form("state"), form("tab")
    if error := form("error"):
        p.sign_ins.give_up(connection, state, tab, error)
    signed, opener = p.sign_ins.finish(connection, state, tab, form("code"), form("iss"))
    p.metrics.count("sign_ins", host=connection.settings.host, outcome="answered")
    viewer = signed.viewer.name or signed.viewer.subject
    return _page(
        "signin/connect.html",
        {"state": state, "opener": opener},
        action=_action(connection, "connect"),
        viewer=viewer,
        initials="".join(word[0] for word in viewer.split()[:2]).upper(),
        organisation=signed.organisation,
    )


@blueprint.post("/oauth/<connection>/connect")
@_step
def connect(connection: Connection) -> Response:
    """The viewer's yes or no. Yes: a code that works once goes to the panel, by its opener or by six digits to type.

    Raises SignInRefused.
    """
    p, form = parts(), _form()
    state, tab, how = form("state"), form("tab"), form("how")
    if form("answer") != "yes":
        p.sign_ins.cancel(connection, state, tab)
        p.metrics.count("sign_ins", host=connection.settings.host, outcome="cancelled")
        return _page("signin/failed.html", {}, code="cancelled", message="", reference="")
    code, opener = p.sign_ins.connect(connection, state, tab, "code" if how == "code" else "digits")
    p.metrics.count("sign_ins", host=connection.settings.host, outcome="connected")
    by_hand = how != "code"
    words = {"state": state, "opener": opener} | ({} if by_hand else {"code": code})
    return _page("signin/done.html", words, action=_action(connection, "connect"), digits=code if by_hand else "")


def _claims(text: str) -> str:
    """What a host's API wants of the sign-in; it can only ask for more. Raises SignInRefused."""
    try:
        if not text or (len(text) <= MAX_FIELD and isinstance(json.loads(text), dict)):
            return text
    except (ValueError, RecursionError):
        pass
    raise SignInRefused(reason="claims-malformed")


def _named(name: str) -> Connection:
    try:
        connection = parts().connections.get(name)
    except LaunchRefused as unknown:
        raise SignInRefused(reason=unknown.reason) from unknown
    if connection.sign_in is None or not connection.settings.rollout:
        raise SignInRefused(reason="sign-in-unset" if connection.sign_in is None else "rollout-off")
    return connection


def _note_start(p: Parts, connection: Connection, asked: Asked) -> None:
    """A start proves nothing of anybody, and what is written stays for years: as with refusals, what comes again
    within seconds is only counted. Whom it leads to is written at each of the next steps."""
    facts = {"component": asked.component, "origin": asked.opener, "host": connection.settings.host}
    p.metrics.count("sign_ins", host=connection.settings.host, outcome="started")
    p.echoes.once(
        "signin-start", connection.name, asked.component, asked.opener,
        write=lambda _: p.audit.write("signin.started", connection=connection.name, detail=facts),
    )  # fmt: skip


def _require_window() -> None:
    """Any page can have its visitors' browsers load this as an image, or in a frame: that must leave no attempt, and
    use up none of what their house and the connection may begin. It is not charged either.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header
    """
    if request.headers.get("Sec-Fetch-Dest", "document") != "document" or "Sec-Purpose" in request.headers:
        raise BadRequest(reason="not-a-window")


def _form() -> Callable[[str], str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    return lambda name: request.form.get(name, "")[:MAX_FIELD]


def _action(connection: Connection, step: str) -> str:
    return f"{parts().settings.server.public_url}/oauth/{connection.name}/{step}"


def _failed(error: InlayError, connection: str) -> Response:
    p, reference = parts(), ""
    if isinstance(error, SignInRefused):
        charge(p)
    try:
        if isinstance(error, RateLimited):
            note_request(p, error, connection)
        else:
            reference = sign_in_refused(p, error, connection)
    except StoreUnavailable as away:
        error = away
    words: dict[str, Any] = {"code": error.code, "message": error.detail, "reference": reference}
    response = _page("signin/failed.html", {}, **words)
    response.status_code = error.status
    response.headers.update(retry_headers(error))
    return response


def _page(template: str, words: dict[str, Any], **values: Any) -> Response:
    p, nonce = parts(), secrets.token_urlsafe(16)
    style = p.catalog.tokens_css + p.assets.signin_css
    html = p.renderer.page(
        template,
        locale=asked_for(p.renderer.texts),
        style=Markup(style),  # noqa: S704 our own sheet
        popup=words,
        nonce=nonce,
        script_url=p.assets.url("embed/popup.js"),
        **values,
    )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = popup_policy(nonce, style)
    # the panel that opened this window must stay its opener, on whichever page it is
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response
