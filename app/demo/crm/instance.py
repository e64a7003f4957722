"""The CRM's records as a ServiceNow instance: its sign-in, its user table, one table of its Table API.

Its pages sign nothing, so its viewers sign in: with whom the browser is signed in at the CRM, after a yes.
https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from app.demo.crm import elsewhere
from app.demo.crm.desk import Desk
from app.demo.crm.pages import viewer
from app.demo.crm.people import Person
from app.demo.crm.tokens import LIFETIME_S, Identity, Tokens

CLIENT, CONNECTION = "6c61726b6669656c64206f6e206e6f77", "crm-servicenow"
_TABLES = "/api/now/table"
_WHO = "sys_id=javascript:gs.getUserID()"
_IDS = re.compile(r"sys_idIN((?:[0-9a-f]{32},?)+)")
_CODE_S = 60.0


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    redirect_uri: str
    challenge: str
    until: float


@dataclass(slots=True)
class Instance:
    """Its client's secret, its tokens, and the codes that nobody has come for yet."""

    secret: str = field(repr=False)
    redirect_uri: str
    access: Tokens
    renewing: Tokens
    codes: dict[str, _Code] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, desk: Desk) -> Instance:
        """With its secret, and keys of its own for either kind of token."""
        secret = desk.config.key("instance_secret")
        access, renewing = (Tokens(f"{use}:{secret}") for use in ("access", "refresh"))
        return cls(secret, f"{desk.config.inlay}/oauth/{CONNECTION}/callback", access, renewing)

    def knows(self, client: str, secret: str) -> bool:
        """Whether these are the registered app's id and secret; how far a guess was right shows in no time."""
        known = hmac.compare_digest(client.encode(), CLIENT.encode())
        return hmac.compare_digest(secret.encode(), self.secret.encode()) and known

    def code(self, person: Person, challenge: str) -> str:
        """What the app may come for, once, within a minute, with the secret behind the challenge."""
        made = secrets.token_urlsafe(32)
        self.codes[made] = _Code(person, self.redirect_uri, challenge, time.time() + _CODE_S)
        return made

    def granted(self, form: Mapping[str, str]) -> Identity | None:
        """Whom a grant of this form speaks for."""
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return Identity(None)
        if grant == "refresh_token":
            return self.renewing.read(form.get("refresh_token", ""))
        known = self.codes.pop(form.get("code", ""), None) if grant == "authorization_code" else None
        if known is None or known.until < time.time() or known.redirect_uri != form.get("redirect_uri"):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=")
        return Identity(known.person) if hmac.compare_digest(known.challenge.encode(), challenge) else None


class _Refused(Exception):
    """An answer that is no success, as the Table API writes it."""

    def __init__(self, status: int, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "detail": detail}, "status": "failure"}


def blueprint(desk: Desk) -> Blueprint:
    """Its addresses, on the CRM's own origin."""
    instance, state = Blueprint("instance", __name__), Instance.open(desk)
    viewer(instance)
    _sign_in(instance, state)
    _tokens(instance, state)
    _tables(instance, desk, state)

    @instance.errorhandler(_Refused)
    def refused(error: _Refused) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    return instance


def _sign_in(instance: Blueprint, state: Instance) -> None:
    @instance.get("/oauth_auth.do")
    def ask() -> str:
        _require_known(state)
        return render_template("allow.html")

    @instance.post("/oauth_auth.do")
    def answer() -> Answer:
        _require_known(state)
        said = {"state": request.args.get("state", "")}
        if request.form.get("answer") == "allow":
            said["code"] = state.code(g.person, request.args["code_challenge"])
        else:
            said["error"] = "access_denied"
        return redirect(f"{state.redirect_uri}?{urlencode(said)}", 303)


def _require_known(state: Instance) -> None:
    """Nobody is sent to an address that is not registered, exactly so."""
    asked = request.args
    if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != state.redirect_uri:
        abort(400, "This app, or the address that it wants to be answered at, is not in the application registry.")
    if (asked.get("response_type"), asked.get("code_challenge_method")) != ("code", "S256"):
        abort(400, "A code is asked for with response_type=code and a challenge of S256.")
    if not asked.get("code_challenge"):
        abort(400, "There is no code_challenge.")


def _tokens(instance: Blueprint, state: Instance) -> None:
    @instance.post("/oauth_token.do")
    def token() -> Response | tuple[Response, int]:
        form = request.form.to_dict()
        if not state.knows(form.get("client_id", ""), form.get("client_secret", "")):
            return jsonify(error="invalid_client", error_description="access_denied"), 401
        identity = state.granted(form)
        if identity is None:
            return jsonify(error="invalid_grant", error_description="The code or refresh token is over."), 400
        given = {"access_token": state.access.issue(identity.person), "token_type": "Bearer", "expires_in": LIFETIME_S}
        if identity.person is not None:
            given["refresh_token"] = state.renewing.issue(identity.person)
        return jsonify(given)

    @instance.post("/oauth_revoke_token.do")
    def revoke() -> Response:
        for tokens in (state.access, state.renewing):
            tokens.revoke(request.form.get("token", ""))
        return Response(status=200)


def _tables(instance: Blueprint, desk: Desk, state: Instance) -> None:
    @instance.get(f"{_TABLES}/sys_user")
    def users() -> Response:
        person = _signed_in(state).person
        if person is None or request.args.get("sysparm_query") != _WHO:
            raise _Refused(403, "Insufficient rights to query records", "Only whoever asks can be read here.")
        number = hashlib.sha256(person.user_id.encode()).hexdigest()[:32]
        row = {"sys_id": number, "user_name": person.key, "name": person.name, "time_zone": person.timezone}
        return jsonify(result=[row | {"preferred_language": person.language}])

    @instance.get(f"{_TABLES}/{elsewhere.INSTANCE_TABLE}")
    def rows() -> Response:
        identity = _signed_in(state)
        asked = _IDS.fullmatch(request.args.get("sysparm_query", ""))
        names = request.args.get("sysparm_fields", "").split(",")
        if asked is None:
            raise _Refused(400, "Invalid query detected", "Ask for rows by sys_idIN.")
        leads = elsewhere.found(desk, identity, asked[1].split(","))
        return jsonify(result=[_row(elsewhere.values(desk, identity, lead, names), key) for key, lead in leads.items()])


def _row(values: Mapping[str, Any], key: str) -> dict[str, str]:
    """All values are texts there."""
    return {name: "" if value is None else str(value) for name, value in values.items()} | {"sys_id": key}


def _signed_in(state: Instance) -> Identity:
    identity = state.access.read(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if identity is None:
        raise _Refused(401, "User Not Authenticated", "Required to provide Auth information")
    return identity
