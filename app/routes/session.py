"""Sessions by token exchange (RFC 8693), their renewal and their end."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, jsonify, request
from msgspec import UnsetType
from werkzeug.exceptions import HTTPException

from app.audit.log import new_reference
from app.connections import Connection
from app.errors import (
    BadRequest,
    InlayError,
    LaunchRefused,
    RateLimited,
    SessionExpired,
    SessionInvalid,
    SignInRefused,
    StoreUnavailable,
    WrongMediaType,
)
from app.launch import LISTED, Launch, LaunchRequest, Record, TokenType
from app.machines.api.forms import CODE, GRANT_LIKE, SessionAsked, TokenForm
from app.machines.api.reading import read_form
from app.routes._open import open_to_pages
from app.routes._session import bearer, browser_locale, session_of, written
from app.session.bearer import TOKEN_LIFE_S, Session
from app.views import LISTS
from app.web.failures import oauth, problem, translated
from app.web.parts import parts
from app.web.refusals import (
    charge,
    count_unknown,
    note_expired,
    note_request,
    refused,
    require_patience,
    sign_in_refused,
)
from app.web.shown import Item, as_json

blueprint = Blueprint("session", __name__)
open_to_pages(blueprint, "/session", "/session/renew")


@blueprint.post("/session")
def exchange() -> Response:
    """A host's token for a session of ours, with the first fragments when records are named."""
    try:
        return _exchanged()
    except (InlayError, HTTPException) as error:
        return _failed(translated(error))


def _failed(error: InlayError) -> Response:
    if isinstance(error, SessionExpired):  # a session was opened, but the host wants to see the viewer again
        note_expired(parts(), error, request.form.get("connection", ""))
    if not isinstance(error, LaunchRefused | SignInRefused):
        note_request(parts(), error)
        return oauth(error)
    charge(parts(), error)
    try:
        return oauth(error, _written(error, request.form.get("connection", "")))
    except StoreUnavailable as away:
        return oauth(away)


def _written(error: LaunchRefused | SignInRefused, connection: str) -> str:
    if isinstance(error, SignInRefused):
        return sign_in_refused(parts(), error, connection)
    return refused(parts(), error, connection)


def _exchanged() -> Response:
    p = parts()
    require_patience(p)  # before anything of the body is read
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    form = request.form
    asked = read_form({**form.to_dict(), "records": form.getlist("records")}, SessionAsked)
    connection, component, kind = p.connections.get(asked.connection), asked.component, asked.subject_token_type
    if asked.grant_type == CODE:
        return _redeemed(connection, asked)
    if isinstance(kind, UnsetType):
        raise BadRequest(GRANT_LIKE, reason="grant-type-unknown")
    records = tuple(Record.parse(text) for text in asked.records if text != str(LISTED))
    if not connection.host.takes or component not in connection.settings.components:
        raise LaunchRefused(reason="component-unlisted" if connection.host.takes else "proof-kind")
    origin = request.headers.get("Origin")
    launch = _verified(connection, asked, records, origin, kind)
    p.limits.spend_viewer(connection.settings, launch.viewer.subject)
    p.limits.spend_connection(connection.settings, connection.settings.limit_launches, "launches")
    session, token = p.sessions.open(launch, connection, component, "frame" if _is_frame(origin) else "element")
    p.figures.launched(connection.name, component, launch.viewer.subject)
    return _told(session, token, records)


def _redeemed(connection: Connection, asked: SessionAsked) -> Response:
    """A window's one-time code for a session, as a public client redeems its own.

    https://www.rfc-editor.org/rfc/rfc7636#section-4.5
    """
    p = parts()
    # counted once it is one: else a stranger's guesses would use up what the viewers have
    p.limits.require_connection(connection.settings, connection.settings.limit_launches, "launches")
    session, token = p.sign_ins.redeem(connection, asked.code, asked.code_verifier)
    with suppress(RateLimited):  # others came first meanwhile: its code is used up, so it stands
        p.limits.spend_connection(connection.settings, connection.settings.limit_launches, "launches")
    p.metrics.count("sign_ins", host=connection.settings.host, outcome="completed")
    p.figures.launched(connection.name, session.component, session.viewer.subject)
    return _told(session, token, session.records)


def _told(session: Session, token: str, records: tuple[Record, ...]) -> Response:
    p, component = parts(), session.component
    records = (LISTED,) if component in LISTS else records
    shown = p.fragments.show(session, [Item(component, record) for record in records]) if records else []
    body = written(
        as_json(shown),
        access_token=token,
        issued_token_type=TokenType.ACCESS_TOKEN,
        token_type="Bearer",  # noqa: S106 not a secret
        expires_in=int(TOKEN_LIFE_S),
        styles={component: p.catalog.styles(component)} if records else {},
    )
    return Response(body, mimetype="application/json")


def _verified(
    connection: Connection, asked: SessionAsked, records: tuple[Record, ...], origin: str | None, kind: TokenType
) -> Launch:
    """The launch. Whoever brings a good proof under a wrong name is told so; a stranger learns nothing from it."""
    p = parts()
    wanted = LaunchRequest(
        asked.subject_token, asked.component, records, _host_origin(origin), p.clock(), browser_locale()
    )
    launch = connection.host.verify(wanted, connection.settings, p.keys)
    if kind not in connection.host.takes:
        takes = ", ".join(connection.host.takes)
        raise BadRequest(f"This connection takes subject_token_type {takes}.", reason="token-type-wrong")
    if kind == TokenType.SIGNED_REQUEST and wanted.origin:
        raise LaunchRefused(reason="proof-kind")  # it is made for a frame, and a page has none
    count_unknown(p, connection, launch)
    return launch


@blueprint.post("/session/renew")
def renew() -> Response:
    """A new token for the same viewer and records, if the host still knows the viewer.

    What is raised is answered as a problem document.
    """
    p = parts()
    try:
        session = session_of(read_form(request.form.to_dict(), TokenForm).token or bearer())
        renewed, token = _renewed(session)
    except InlayError as error:
        p.metrics.count("sessions", outcome="refused")
        note_request(p, error)
        return problem(error)
    p.metrics.count("sessions", outcome="renewed")
    return jsonify(access_token=token, expires_in=int(renewed.expires_at - p.clock()))


def _renewed(session: Session) -> tuple[Session, str]:
    p = parts()
    try:
        if not session.attested_record:
            p.permissions.confirm(session)
        return p.sessions.renew(session)
    except SessionExpired as error:
        reference = new_reference()
        p.audit.write(
            "session.refused",
            connection=session.connection,
            viewer=session.viewer.subject,
            session=session.id,
            reason=error.reason,
            reference=reference,
        )
        error.reference = reference
        raise


@blueprint.delete("/session")
def end() -> Response:
    """Whoever holds the token may end its session, from wherever: that takes rights away and gives none."""
    p = parts()
    try:
        p.sessions.end(p.sessions.load(bearer()))
    except SessionInvalid:
        pass  # it is ended, which is what was asked for
    except InlayError as error:
        return problem(error)
    p.metrics.count("sessions", outcome="ended")
    return Response(status=204)


def _is_frame(origin: str | None) -> bool:
    return origin in {None, "null", parts().settings.server.public_url}


def _host_origin(origin: str | None) -> str | None:
    """The page that asks, where the browser names it; a frame of ours says nothing about its host."""
    return None if _is_frame(origin) else origin
