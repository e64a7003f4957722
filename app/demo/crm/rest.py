"""The REST side, as Salesforce has it: OAuth, userinfo, UI API records, SOQL queries, sObject rows."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.demo.crm import soql
from app.demo.crm.desk import Desk
from app.demo.crm.people import ORGANIZATION_ID
from app.demo.crm.store import STANDARDS, TYPE, Lead
from app.demo.crm.tokens import LIFETIME_S, Identity

DATA = "/services/data/v68.0"
MAX_BATCH = 200
_INTEGRATION_USER = "005NW0000000IntYAK"
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


class RestError(Exception):
    """Answered as the real API does: a list with one error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def body(self) -> list[dict[str, str]]:
        """As the REST API writes errors:
        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
        """
        return [{"errorCode": self.code, "message": self.message}]


def blueprint(desk: Desk) -> Blueprint:
    """All REST routes over one desk."""
    rest = Blueprint("rest", __name__)
    _oauth(rest, desk)
    _userinfo(rest, desk)
    _records(rest, desk)
    _rows(rest, desk)

    @rest.errorhandler(RestError)
    def refused(error: RestError) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    return rest


def _oauth(rest: Blueprint, desk: Desk) -> None:
    @rest.post("/services/oauth2/token")
    def token() -> tuple[Response, int] | Response:
        if request.form.get("grant_type") != "client_credentials":
            return jsonify(error="unsupported_grant_type", error_description="grant type not supported"), 400
        if not _client_is_known(desk):
            return jsonify(error="invalid_client", error_description="invalid client credentials"), 401
        answer = jsonify(
            access_token=desk.tokens.issue(None),
            instance_url=desk.config.origin,
            id=f"{desk.config.origin}/id/{ORGANIZATION_ID}/{_INTEGRATION_USER}",
            token_type="Bearer",  # noqa: S106 - the kind of token
            scope="api",
            expires_in=LIFETIME_S,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @rest.post("/services/oauth2/revoke")
    def revoke() -> Response:
        desk.tokens.revoke(request.form.get("token", ""))
        return Response(status=200)


def _userinfo(rest: Blueprint, desk: Desk) -> None:
    @rest.get("/services/oauth2/userinfo")
    def userinfo() -> Response:
        identity = desk.tokens.read(_bearer())
        if identity is None:
            return Response("Bad_OAuth_Token", status=403, mimetype="text/plain")
        person = identity.person
        if person is None:
            return jsonify(user_id=_INTEGRATION_USER, organization_id=ORGANIZATION_ID, name="Integration user")
        return jsonify(
            sub=f"{desk.config.origin}/id/{ORGANIZATION_ID}/{person.user_id}",
            user_id=person.user_id,
            organization_id=ORGANIZATION_ID,
            preferred_username=person.email,
            name=person.name,
            email=person.email,
            zoneinfo=person.timezone,
            locale=person.locale,
            language=person.language,
            active=True,
        )


def _records(rest: Blueprint, desk: Desk) -> None:
    @rest.get(f"{DATA}/ui-api/records/<record>")
    def one(record: str) -> Response:
        return jsonify(_view(desk, signed_in(desk), record))

    @rest.get(f"{DATA}/ui-api/records/batch/<records>")
    def many(records: str) -> Response:
        identity, wanted = signed_in(desk), records.split(",")
        if len(wanted) > MAX_BATCH:
            raise RestError(400, "LIMIT_EXCEEDED", f"At most {MAX_BATCH} records in one request.")
        results = [_result(desk, identity, record) for record in wanted]
        return jsonify(hasErrors=any(each["statusCode"] != 200 for each in results), results=results)


def _rows(rest: Blueprint, desk: Desk) -> None:
    @rest.get(f"{DATA}/query")
    @rest.get(f"{DATA}/query/")
    def query() -> Response:
        identity = signed_in(desk)
        try:
            asked = soql.parse(request.args.get("q", ""))
        except soql.MalformedQueryError as error:
            raise RestError(400, "MALFORMED_QUERY", str(error)) from error
        if asked.type != TYPE:
            raise RestError(400, "INVALID_TYPE", f"sObject type '{asked.type}' is not supported.")
        require_fields(desk, identity, asked.fields)
        found = _asked_for(desk, identity, asked)
        rows = [row_of(desk, lead, asked.fields) for lead in islice(found, asked.limit)]
        return jsonify(totalSize=len(rows), done=True, records=rows)


def _asked_for(desk: Desk, identity: Identity, asked: soql.Query) -> Iterator[Lead]:
    if asked.ids is None:
        # ids of 18 characters differ within their first 15, which are compared letter by letter
        ids: Iterable[str] = (each for each in desk.leads.table.rows if each > asked.after)
    else:
        ids = dict.fromkeys(asked.ids)
    for each in sorted(ids) if asked.in_order else ids:
        lead = desk.leads.get(each)
        if lead and identity.may_see_record(lead.id):
            yield lead


def _client_is_known(desk: Desk) -> bool:
    basic = request.authorization
    given = basic.username if basic else request.form.get("client_id")
    secret = basic.password if basic else request.form.get("client_secret")
    known = hmac.compare_digest((given or "").encode(), desk.client_id.encode())
    return hmac.compare_digest((secret or "").encode(), desk.client_secret.encode()) and known


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() in {"bearer", "oauth"} else ""


def signed_in(desk: Desk) -> Identity:
    """Whom the bearer token speaks for. Raises RestError, 401."""
    identity = desk.tokens.read(_bearer())
    if identity is None:
        raise RestError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return identity


def visible(desk: Desk, identity: Identity, record: str) -> Lead:
    """A record, if it is there and may be seen. Raises RestError, 404 in either case."""
    lead = desk.leads.get(record) if _ID.fullmatch(record) else None
    if lead is None or not identity.may_see_record(lead.id):  # absent and hidden look the same
        raise RestError(404, "NOT_FOUND", "The requested resource does not exist")
    return lead


def names_of(argument: str) -> list[str]:
    """The fields that an argument lists, once or many times, without the type in front of them."""
    names = ",".join(request.args.getlist(argument)).split(",")
    return [name.strip().removeprefix(f"{TYPE}.") for name in names if name.strip()]


def require_fields(desk: Desk, identity: Identity, names: Sequence[str]) -> None:
    """Raises RestError, 400, for a field that there is not or that is hidden; in the same words."""
    for name in names:
        known = name in {*desk.leads.columns, *STANDARDS}
        if name != "Id" and (not known or not identity.may_see_field(name)):
            raise RestError(400, "INVALID_FIELD", f"No such column '{name}' on entity '{TYPE}'.")


def _view(desk: Desk, identity: Identity, record: str) -> dict[str, Any]:
    """One record of the UI API: what `fields` names must be there, what `optionalFields` names may be."""
    lead, required, optional = visible(desk, identity, record), names_of("fields"), names_of("optionalFields")
    if not required and not optional:
        raise RestError(400, "MISSING_ARGUMENT", "Name fields or optionalFields.")
    require_fields(desk, identity, required)
    known = {*desk.leads.columns, "Id", *STANDARDS}
    seen = [name for name in optional if name in known and identity.may_see_field(name)]
    values: Mapping[str, Any] = {
        name: {"displayValue": None, "value": desk.leads.value(lead, name)} for name in dict.fromkeys(required + seen)
    }
    return {
        "apiName": TYPE,
        "childRelationships": {},
        "id": lead.id,
        "recordTypeInfo": None,
        "fields": values,
    }


def _result(desk: Desk, identity: Identity, record: str) -> dict[str, Any]:
    try:
        return {"statusCode": 200, "result": _view(desk, identity, record)}
    except RestError as error:
        return {"statusCode": error.status, "result": error.body}


def row_of(desk: Desk, lead: Lead, names: Sequence[str]) -> dict[str, Any]:
    """A row as queries answer it, with its type and address."""
    url = f"{DATA}/sobjects/{TYPE}/{lead.id}"
    return {"attributes": {"type": TYPE, "url": url}} | {name: desk.leads.value(lead, name) for name in names}


def error_answer(error: HTTPException) -> tuple[Response, int]:
    """Errors of the framework below /services, in the same shape."""
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.code or 500, "BAD_REQUEST")
    return jsonify([{"errorCode": code, "message": error.description or ""}]), error.code or 500
