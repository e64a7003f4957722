"""Launches: a host posts its proof into a frame, and gets the component's page, or a plain refusal."""

from __future__ import annotations

import contextlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup

from app.connections import Connection
from app.errors import (
    InlayError,
    LaunchRefused,
    LaunchUsed,
    NotLaunched,
    SessionExpired,
    StoreUnavailable,
    WrongMediaType,
)
from app.hosts._request import SignedRequest, written
from app.launch import LISTED, MAX_RECORDS, Launch, LaunchRequest, Record, Viewer
from app.routes._session import browser_locale
from app.session.bearer import TOKEN_LIFE_S, Session
from app.views import LISTS, VIEWS
from app.web.failures import problem, retry_headers, translated
from app.web.headers import panel_policy, reporting, still_policy
from app.web.languages import asked_for
from app.web.parts import Parts, parts
from app.web.refusals import charge, count_unknown, note_expired, note_request, refused, require_patience
from app.web.shown import Item
from app.web.waiting import of_component, offered, scripts, waiting

blueprint = Blueprint("launch", __name__)


@blueprint.post("/launch/<connection>")
def post(connection: str) -> Response:
    """The signed launch. A redirect would lose the proof, so a page answers. Raises nothing: LaunchRefused is one."""
    tag = request.args.get("component", "")
    known = None
    try:
        known = _named(connection)
        require_patience(parts())  # the same for a connection that does not exist
        if known is None:
            raise LaunchRefused(reason="connection-unknown")
        return _handed(known) if known.host.signs else _opened(known, tag)
    except Exception as error:  # noqa: BLE001 a frame shows a page that it may show, whatever went wrong
        return _failed(known, translated(error), connection)


@blueprint.get("/launch/<connection>")
def get(connection: str) -> Response:
    """Opened without a proof: to wait for one, to sign in, or by hand. Raises nothing: NotLaunched is a page too."""
    known = _named(connection)
    try:
        if known is None:
            raise NotLaunched()
        return waiting(parts(), known, request.args.get("component", ""), request.args.get("record", ""))
    except InlayError as error:
        return _refusal(known, error, "")


def _named(connection: str) -> Connection | None:
    with contextlib.suppress(LaunchRefused):  # a stranger learns nothing about which connections exist
        return parts().connections.get(connection)
    return None


def _failed(known: Connection | None, error: InlayError, connection: str) -> Response:
    if isinstance(error, LaunchRefused):
        charge(parts())
    try:
        reference = refused(parts(), error, connection) if isinstance(error, LaunchRefused) else ""
    except StoreUnavailable as away:
        return _refusal(known, away, "")
    note_request(parts(), error, connection)
    if known and known.host.signs:  # a program asked, and shows no page
        error.reference = reference or error.reference
        return problem(error)
    return _refusal(known, error, reference)


def _opened(connection: Connection, tag: str) -> Response:
    p = parts()
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("A launch is posted as a form.")
    if tag and tag not in connection.settings.components:
        raise LaunchRefused(reason="component-unlisted")
    proof = request.form.get(connection.host.proof_field, "")
    if not proof:
        raise LaunchRefused(reason="proof-missing")
    records = tuple(Record.parse(text) for text in request.form.getlist("record")[:MAX_RECORDS])
    asked = LaunchRequest(proof, tag or None, records, request.headers.get("Origin"), p.clock(), browser_locale())
    launch = connection.host.verify(asked, connection.settings, p.keys)
    count_unknown(p, connection, launch)
    tag = launch.component or ""  # the address's, or where that names none, the proof's own
    if tag not in connection.settings.components:
        raise LaunchRefused(reason="component-unlisted")
    if not launch.records and tag not in LISTS:
        raise LaunchRefused(reason="record-missing")
    p.limits.spend_viewer(connection.settings, launch.viewer.subject)
    p.limits.spend_connection(connection.settings, connection.settings.limit_launches, "launches")
    try:
        session, token = p.sessions.open(launch, connection, tag, "frame")
    except LaunchUsed as error:
        refused(p, error, connection.name)
        return _page(connection, launch.viewer, "", partial(_used, p, connection, launch, error))
    p.metrics.count("launches", host=connection.settings.host, outcome="accepted")
    p.figures.launched(connection.name, tag, launch.viewer.subject)
    return _page(connection, session.viewer, tag, partial(_shown, p, connection, launch, session, token))


def _handed(connection: Connection) -> Response:
    """A request that its host signed whole: answered with the address of the page in which it will be a launch.

    It is held against the host now, so that a bad one is refused here; it counts as used once the page uses it. It
    stands after the `#` of the address, which browsers send to nobody.
    """
    p, asked = parts(), request.query_string.decode("latin-1")
    address = f"{p.settings.server.public_url}/launch/{connection.name}" + (f"?{asked}" if asked else "")
    headers = {name: request.headers.get(name, "") for name in connection.host.signs}
    proof = written(SignedRequest(request.method, address, request.get_data().decode("utf-8", "replace"), headers))
    launch = connection.host.verify(
        LaunchRequest(proof, None, (), None, p.clock(), browser_locale()), connection.settings, p.keys
    )
    count_unknown(p, connection, launch)
    p.limits.spend_viewer(connection.settings, launch.viewer.subject)
    shown = urlencode({"component": launch.component, "record": str(launch.records[0])})
    page = f"{p.settings.server.public_url}/pages/{connection.name}/{connection.host.opens}?{shown}"
    return jsonify(address=f"{page}#{urlsafe_b64encode(proof.encode()).rstrip(b'=').decode()}")


@dataclass(frozen=True, slots=True)
class _Panel:
    """What a panel's page shows first, and what its script needs to know."""

    content: Markup
    launch: Mapping[str, Any]


# What follows runs when the request's context has ended, so it is given the parts.


def _shown(p: Parts, connection: Connection, launch: Launch, session: Session, token: str) -> _Panel:
    """The first fragment. The page's head is on its way already, so a failure is told within the page."""
    try:
        fragment = p.fragments.show(session, [Item(session.component, _about(launch))])[0].fragment
    except Exception as error:  # noqa: BLE001 whatever it was, the viewer is told something
        return _not_shown(p, connection, launch, translated(error))
    words = _words(p, connection, launch) | {
        "token": token,
        "expires_in": int(TOKEN_LIFE_S),
        "component": session.component,
        "record": str(fragment.record),
        "etag": fragment.etag,
    }
    return _Panel(Markup(fragment.body.decode()), words)  # noqa: S704 rendered by us


def _not_shown(p: Parts, connection: Connection, launch: Launch, error: InlayError) -> _Panel:
    if isinstance(error, SessionExpired):  # the host wants to see the viewer again
        note_expired(p, error, connection.name)
    words = {"refused": error.code, "reference": error.reference, "claims": getattr(error, "claims", "")}
    return _told(p, launch.viewer, error, _words(p, connection, launch) | _asked(launch) | words)


def _used(p: Parts, connection: Connection, launch: Launch, error: LaunchUsed) -> _Panel:
    return _told(p, launch.viewer, error, _words(p, connection, launch) | _asked(launch) | {"used": True})


def _about(launch: Launch) -> Record:
    """What the panel shows."""
    return LISTED if launch.component in LISTS or not launch.records else launch.records[0]


def _asked(launch: Launch) -> dict[str, Any]:
    """What a new proof is to be for; whoever sent the old one knows it."""
    return {"component": launch.component, "record": str(_about(launch))}


def _told(p: Parts, viewer: Viewer, error: InlayError, words: dict[str, Any]) -> _Panel:
    """Plain words instead of a fragment, without a token."""
    html = p.renderer.page("panel-message.html", locale=viewer.locale, code=error.code, message=error.detail)
    return _Panel(Markup(html), words)  # noqa: S704 rendered by us


def _words(p: Parts, connection: Connection, launch: Launch) -> dict[str, Any]:
    """What the frame script needs to know; no secret of the host's is among it."""
    return {"origin": launch.origin, "connection": connection.name, **launch.bridge, **offered(p, connection)}


def _page(connection: Connection, viewer: Viewer, tag: str, show: Callable[[], _Panel]) -> Response:
    """The panel's page. Its head leaves at once; `show` is called for the rest of it."""
    p = parts()
    nonce = secrets.token_urlsafe(16)
    sign_in = bool(offered(p, connection))
    more = p.assets.signin_css if sign_in else ""
    style = p.catalog.styles(tag, more) if tag else p.catalog.tokens_css + more
    html = p.renderer.page_in_parts(
        "panel.html",
        locale=viewer.locale,
        timezone=viewer.timezone,
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        frame_url=p.assets.url(f"embed/frame-{connection.host.bridge}.js"),
        assets=scripts(p, connection.host.bridge, sign_in),
        **of_component(p, tag),
        sign_in=sign_in,
        show=show,
    )
    response = Response(html, mimetype="text/html")
    ancestors = connection.host.frame_ancestors(connection.settings)
    public_url = p.settings.server.public_url
    exports = bool(tag) and VIEWS[tag].answers == "analysis"
    policy = panel_policy(ancestors, public_url, nonce, style, exports=exports)
    response.headers["Content-Security-Policy"] = reporting(policy, public_url, connection.name)
    return response


def _refusal(connection: Connection | None, error: InlayError, reference: str) -> Response:
    """A plain page: what happened, what to do, and an id for the admin. It may be framed as the panel would be."""
    p = parts()
    style = p.catalog.tokens_css + p.assets.page_css
    locale = asked_for(p.renderer.texts)
    html = p.renderer.page(
        "panel-refused.html",
        locale=locale,
        style=Markup(style),  # noqa: S704 our own sheet
        code=error.code,
        message=error.detail,
        reference=reference,
    )
    response = Response(html, error.status, retry_headers(error), mimetype="text/html")
    ancestors = connection.host.frame_ancestors(connection.settings) if connection else ()
    policy = still_policy(ancestors, style)
    if connection:
        policy = reporting(policy, p.settings.server.public_url, connection.name)
    response.headers["Content-Security-Policy"] = policy
    return response
