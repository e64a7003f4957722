"""The CRM's records as a Dataverse environment: one table of its Web API, read with tokens of the directory.

The directory is the one that the library beside this CRM belongs to; what it signed is checked with the keys that it
publishes. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Blueprint, Response, jsonify, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.demo.crm import elsewhere
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.demo.crm.tokens import Identity
from app.demo.library.people import by_oid
from app.demo.library.tenant import TENANT

_ROWS = f"/api/data/v9.2/{elsewhere.ENVIRONMENT_TABLE}s"
_KEY = f"{elsewhere.ENVIRONMENT_TABLE}id"
_IN = re.compile(
    rf"Microsoft\.Dynamics\.CRM\.In\(PropertyName='{_KEY}',PropertyValues=\[((?:'[0-9a-f-]{{36}}',?){{1,100}})\]\)"
)
_KEYS_S = 300.0


@dataclass(slots=True)
class Directory:
    """Whose tokens are taken: fetches the published keys, and keeps them for some minutes."""

    address: str
    audience: str
    _keys: KeySet | None = None
    _until: float = 0.0
    _http: requests.Session = field(default_factory=requests.Session)

    def identity(self, token: str) -> Identity | None:
        """Whom a token speaks for; None when it is none of this directory's for us, or dead."""
        try:
            claims = jwt.decode(token, self._published(), algorithms=["RS256"]).claims
        except (JoseError, ValueError, requests.RequestException):
            return None
        issuer = f"{self.address}/{TENANT}/v2.0"
        sound = (claims.get("iss"), claims.get("tid"), claims.get("aud")) == (issuer, TENANT, self.audience)
        if not sound or claims.get("exp", 0) < time.time():
            return None
        return _speaks_for(claims)

    def _published(self) -> KeySet:
        if self._keys is None or time.monotonic() > self._until:
            self._http.trust_env = False
            answer = self._http.get(f"{self.address}/common/discovery/v2.0/keys", timeout=2.0)
            self._keys, self._until = KeySet.import_key_set(answer.json()), time.monotonic() + _KEYS_S
        return self._keys


def _speaks_for(claims: Mapping[str, Any]) -> Identity | None:
    """The app itself, or somebody whom it asks for, by the id that is theirs for ever."""
    if claims.get("idtyp") == "app":
        return Identity(None)
    person = by_oid(claims.get("oid"))
    allowed = "user_impersonation" in str(claims.get("scp")).split()
    return Identity(PEOPLE[person.key]) if person and allowed else None


class _Refused(Exception):
    """An answer that is no success, as the Web API writes it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"error": {"code": code, "message": message}}


def blueprint(desk: Desk) -> Blueprint:
    """Its address, on the CRM's own origin."""
    environment = Blueprint("environment", __name__)
    directory = Directory(desk.config.library, desk.config.origin)

    @environment.get(_ROWS)
    def rows() -> Response:
        identity = directory.identity(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if identity is None:
            raise _Refused(401, "0x80040220", "The token is missing, over, or none for this environment.")
        asked = _IN.fullmatch(request.args.get("$filter", ""))
        if asked is None:
            raise _Refused(400, "0x80060888", "Ask for rows by the condition In over their ids.")
        names = request.args.get("$select", "").split(",")
        known = {elsewhere.field(name) for name in desk.leads.columns} | {_KEY}
        if unknown := [name for name in names if name not in known]:
            words = f"Could not find a property named '{unknown[0]}' on type 'Microsoft.Dynamics.CRM.lead'."
            raise _Refused(400, "0x80060888", words)
        leads = elsewhere.found(desk, identity, [each.strip("'") for each in asked[1].split(",") if each])
        found = [{**elsewhere.values(desk, identity, lead, names), _KEY: key} for key, lead in leads.items()]
        return jsonify(value=found)

    @environment.errorhandler(_Refused)
    def refused(error: _Refused) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    return environment
