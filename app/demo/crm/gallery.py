"""One record as each host would show it, side by side: this CRM proves it in every host's own way, by its own keys.

Hosts whose viewers only sign in, and those of documents, stand in the list with where they are to be seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Blueprint, abort, g, render_template
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.demo.crm import signed
from app.demo.crm.desk import Desk
from app.demo.crm.pages import viewer
from app.demo.crm.people import Person
from app.demo.crm.store import TYPE, Lead

COMPONENT = "score-card"
HUB, APP, INSTALLATION = "62515", "54321", "28666254387092"
_ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class Seat:
    """One host's place: how it proves who is looking, and the panel that this opens."""

    host: str
    how: str
    action: str = ""  # a form is posted there
    fields: Mapping[str, str] = field(default_factory=dict)
    address: str = ""  # or the frame is opened there
    look: str = ""  # its own look, in the preview


Prove = Callable[[Desk, Person, Lead], Mapping[str, Any]]


def canvas(desk: Desk, person: Person, lead: Lead) -> Mapping[str, Any]:
    proof = desk.signed_request(person, lead.id, COMPONENT, signed.instance_id(COMPONENT))
    return {"action": desk.launch_url(COMPONENT), "fields": {"signed_request": proof}}


def guest(desk: Desk, person: Person, lead: Lead) -> Mapping[str, Any]:
    token = desk.guest.token(person, COMPONENT, [f"{TYPE}/{lead.id}"])
    return {"action": _launch(desk, desk.config.pages_connection), "fields": {"token": token}}


def zendesk(desk: Desk, person: Person, lead: Lead) -> Mapping[str, Any]:
    """A token of an app's installation, by the account's own key."""
    now, account = int(time.time()), desk.config.origin
    number = int(hashlib.sha256(person.user_id.encode()).hexdigest()[:10], 16)
    claims = {
        "iss": account,
        "aud": f"{account}/api/v2/apps/installations/{INSTALLATION}.json",
        "sub": f"{account}/api/v2/users/{number}.json",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
        "context": {"product": "support", "location": "ticket_sidebar"},
    }
    key = RSAKey.import_key((Path(desk.config.keys) / "tenant_key.pem").read_bytes())
    token = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, key)
    return {"action": _launch(desk, "crm-zendesk"), "fields": {"token": token, "record": f"{TYPE}/{lead.id}"}}


def oidc(desk: Desk, person: Person, lead: Lead) -> Mapping[str, Any]:
    """An ID token, as a page's own client has it."""
    now = int(time.time())
    claims = {
        "iss": desk.config.origin,
        "aud": "inlay",
        "sub": person.user_id,
        "name": person.name,
        "locale": person.locale,
        "iat": now,
        "exp": now + 600,
        "jti": uuid.uuid4().hex,
    }
    fields = {"token": desk.guest.sign(claims), "record": f"{TYPE}/{lead.id}"}
    return {"action": _launch(desk, "crm-oidc"), "fields": fields}


def hubspot(desk: Desk, person: Person, lead: Lead) -> Mapping[str, Any]:
    """The host's own server asks, and signs the whole request; its answer is the address of the panel."""
    number = str(int(hashlib.sha256(person.user_id.encode()).hexdigest()[:10], 16))
    asked = {"component": COMPONENT, "userId": number, "userEmail": person.email, "portalId": HUB, "appId": APP}
    address = f"{desk.config.inlay}/launch/crm-hubspot?{urlencode(asked)}"
    body = json.dumps({"record": f"{TYPE}/{lead.id}", "locale": person.language})
    at = str(int(time.time() * 1000))
    digest = hmac.new(desk.consumer_secret.encode(), f"POST{address}{body}{at}".encode(), hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": at,
    }
    try:
        said = requests.post(address, data=body, headers=headers, timeout=_ASK_S).json()
    except (requests.RequestException, ValueError):
        said = {}
    return {"address": str(said.get("address", ""))}


# Host, in which look it is shown, how it proves, and by what. A host more is a row more.
PROVED: tuple[tuple[str, str, str, Prove], ...] = (
    ("Salesforce", "salesforce/slds-2", "a Canvas signed request, by the app's secret", canvas),
    ("Zendesk", "zendesk/garden", "a token of the app's installation, by a key that is pinned", zendesk),
    ("HubSpot", "hubspot/canvas", "a whole request of the host's server, signed for five minutes", hubspot),
    ("OpenID", "oidc", "an ID token of the page's own client", oidc),
    ("Your own application", "guest/white", "a token of its backend, which names viewer, record and origin", guest),
)
# Those that no page here can prove anything for: viewers sign in, or it is documents that they show.
ELSEWHERE: tuple[tuple[str, str, str], ...] = (
    ("ServiceNow", "servicenow/next", "Its pages sign nothing: viewers sign in at their instance."),
    ("Dynamics 365", "dynamics/fluent", "A form hands no token on: viewers sign in at their directory."),
    ("SharePoint", "sharepoint", "Documents: the library beside this CRM."),
    ("Word", "office", "Documents: the library's task pane."),
    ("Teams", "teams", "Documents, in tabs."),
)


def blueprint(desk: Desk) -> Blueprint:
    """The page."""
    gallery = Blueprint("gallery", __name__)
    viewer(gallery)

    @gallery.get("/hosts", defaults={"key": ""})
    @gallery.get("/hosts/<key>")
    def hosts(key: str) -> str:
        lead = desk.leads.get(key) if key else next(iter(desk.leads.page(g.person).leads), None)
        if lead is None or not g.person.may_see_record(lead.id):
            abort(404)
        seats = [Seat(host, how, look=look, **prove(desk, g.person, lead)) for host, look, how, prove in PROVED]
        return render_template("hosts.html", lead=lead, seats=seats, elsewhere=ELSEWHERE)

    return gallery


def _launch(desk: Desk, connection: str) -> str:
    return f"{desk.config.inlay}/launch/{connection}?component={COMPONENT}"
