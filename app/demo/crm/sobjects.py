"""Rows of sObjects, read and written one at a time, with the lock that Salesforce has for it: `If-Unmodified-Since`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.demo.crm.ai import AI_COLUMNS
from app.demo.crm.desk import Desk
from app.demo.crm.rest import DATA, RestError, names_of, require_fields, row_of, signed_in, visible
from app.demo.crm.store import TYPE, ChangedMeanwhile, Lead
from app.demo.crm.tokens import Identity
from app.demo.crm.trouble import KINDS, LOST_S

THROTTLED_S = 3
_AI = frozenset(column.name for column in AI_COLUMNS)


def blueprint(desk: Desk) -> Blueprint:
    """The addresses of single rows:
    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm
    """
    sobjects = Blueprint("sobjects", __name__)

    @sobjects.errorhandler(RestError)
    def refused(error: RestError) -> tuple[Response, int]:
        answer = jsonify(error.body)
        if error.status == 429:
            answer.headers["Retry-After"] = str(THROTTLED_S)
        return answer, error.status

    _reading(sobjects, desk)
    _writing(sobjects, desk)
    return sobjects


def _reading(sobjects: Blueprint, desk: Desk) -> None:
    @sobjects.get(f"{DATA}/sobjects/{TYPE}/describe")
    def describe() -> Response:
        identity = signed_in(desk)
        _bad_day(desk, identity)
        return jsonify(name=TYPE, fields=[_described(desk, identity, name) for name in desk.leads.columns])

    @sobjects.get(f"{DATA}/sobjects/{TYPE}/<record>")
    def read(record: str) -> Response:
        identity = signed_in(desk)
        _bad_day(desk, identity)
        lead = visible(desk, identity, record)
        names = names_of("fields") or [name for name in desk.leads.columns if identity.may_see_field(name)]
        require_fields(desk, identity, names)
        return jsonify(row_of(desk, lead, ["Id", *names]))


def _writing(sobjects: Blueprint, desk: Desk) -> None:
    @sobjects.patch(f"{DATA}/sobjects/{TYPE}/<record>")
    def write(record: str) -> Response:
        identity = signed_in(desk)
        _bad_day(desk, identity)
        lead, changes = visible(desk, identity, record), request.get_json(silent=True)
        if not isinstance(changes, dict):
            raise RestError(400, "JSON_PARSER_ERROR", "The body is not a JSON object.")
        require_fields(desk, identity, list(changes))
        _rules(desk, identity, list(changes))
        good, bad = desk.leads.check(changes)
        if bad:
            name, problem = next(iter(bad.items()))
            raise RestError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", f"{name}: {problem}")
        _save(desk, identity, lead, good)
        return Response(status=204)


def _save(desk: Desk, identity: Identity, lead: Lead, values: dict[str, str]) -> None:
    since = _unmodified_since()
    if identity.person is None and desk.trouble.somebody_is_faster(lead.id):
        desk.leads.touch(lead, "Zoë Müller")
    try:
        desk.save(lead, values, by=identity.person.name if identity.person else "Integration user", since=since)
    except ChangedMeanwhile:
        raise RestError(
            412, "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "Entity failed iflastmodified on update."
        ) from None
    if identity.person is None and "lost" in desk.trouble.on():
        time.sleep(LOST_S)
        raise RestError(503, "SERVER_UNAVAILABLE", "The server is unavailable.")


def _unmodified_since() -> float | None:
    text = request.headers.get("If-Unmodified-Since")
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp()
    except (TypeError, ValueError):
        raise RestError(400, "INVALID_HEADER", "If-Unmodified-Since is no date.") from None


def _bad_day(desk: Desk, identity: Identity) -> None:
    """What every call of the integration user meets."""
    _refuse(desk, identity, ("down", "throttled"))


def _rules(desk: Desk, identity: Identity, names: Sequence[str]) -> None:
    if _AI & {*names}:
        _refuse(desk, identity, ("permission", "locked", "rule"))


def _refuse(desk: Desk, identity: Identity, kinds: Sequence[str]) -> None:
    on = desk.trouble.on() if identity.person is None else frozenset()
    for name in kinds:
        if name in on:
            kind = KINDS[name]
            raise RestError(kind.status, kind.code, kind.message)


def _described(desk: Desk, identity: Identity, name: str) -> dict[str, Any]:
    closed = name in _AI and identity.person is None and "permission" in desk.trouble.on()
    column = desk.leads.columns[name]
    return {"name": name, "label": column.label, "updateable": identity.may_see_field(name) and not closed}
