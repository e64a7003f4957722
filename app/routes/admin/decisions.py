"""Why this score? One decision as an auditor reads it, and the letter for the person whom it is about."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup

from app.admins import Act, Admin
from app.audit.log import new_reference
from app.errors import NotFound, StoreUnavailable
from app.explanation import Explanation
from app.routes.admin._door import page, require, shown
from app.web.format import meaning
from app.web.headers import still_policy
from app.web.parts import parts

blueprint = Blueprint("admin-decisions", __name__)
PATH = "/admin/decisions"
LANGUAGES = {"en": "English", "de": "Deutsch"}
_MOST = 80  # characters of a decision's id


@blueprint.get(PATH)
@shown(Act.AUDIT)
def find(admin: Admin) -> Response:
    """Where a decision is named: its id stands in the audit's rows and in exports."""
    named = request.args.get("id", "").strip()[:_MOST]
    if named:
        answer: Response = redirect(f"{PATH}/{named}", 303)  # type: ignore[assignment]
        return answer
    connections = [each.name for each in parts().connections if admin.may(Act.AUDIT, each.name)]
    return page(
        "admin/decisions.html", admin, title="Why this score?", connections=connections, whole=admin.may(Act.AUDIT)
    )


@blueprint.get(f"{PATH}/<decision>")
@shown(Act.AUDIT)
def one(admin: Admin, decision: str) -> Response:
    """One decision with all that it was made from; who read it is written down before it is shown."""
    p, told = parts(), _explained(admin, decision)
    p.explanations.note(told, admin.name, "page")
    connection = p.connections.get(told.connection).settings
    return page(
        "admin/decision.html",
        admin,
        title="Why this score?",
        told=told,
        meaning=meaning(p.renderer.texts, "en", told.score) if told.score else "",
        homes=p.settings.homes(connection),
        region=connection.region,
        languages=LANGUAGES,
        when=_when,
    )


@blueprint.get(f"{PATH}/<decision>/letter")
@shown(Act.AUDIT)
def letter(admin: Admin, decision: str) -> Response:
    """To print, and to send by whoever answers for the score. Nobody is named in it but the record.

    Raises NotFound when there is nothing to write about.
    """
    p, told = parts(), _explained(admin, decision)
    language = request.args.get("language", "en")
    language = language if language in LANGUAGES else "en"
    if told.score is None or told.inputs is None:
        raise NotFound("There is no letter: this decision is no score, or what it was made from was erased.")
    p.explanations.note(told, admin.name, "letter", language)
    style = p.catalog.tokens_css + p.assets.paper_css
    html = p.renderer.page(
        "letter.html",
        locale=language,
        style=Markup(style),  # noqa: S704 our own sheet
        told=told,
        meaning=meaning(p.renderer.texts, language, told.score),
        now=datetime.fromtimestamp(p.clock(), UTC),
    )
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": still_policy((), style)})


def _explained(admin: Admin, decision: str) -> Explanation:
    """Raises NotFound, for what is not there and for what is not this admin's, and the audit has which."""
    p = parts()
    told = None
    try:
        told = p.explanations.of(decision)
        require(admin, Act.AUDIT, told.connection)
    except NotFound as error:
        reason = "connection-not-the-admin's" if told is not None else "decision-unknown"
        reference = new_reference()
        with suppress(StoreUnavailable):  # it is refused with or without its row
            facts = {"admin": admin.name, "connection": told.connection if told else None}
            p.audit.write(
                "explanation.refused", reason=reason, decision=decision[:_MOST], reference=reference, detail=facts
            )
        missing = NotFound("There is no such decision, or it is not yours to see.", reason=reason)
        missing.reference = reference
        raise missing from error
    return told


def _when(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
