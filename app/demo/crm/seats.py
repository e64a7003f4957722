"""How each host proves who is looking, done as that host does it, by this demo's keys: one function for each way.

What comes of it is where the panel's frame goes, and with what: a form that is posted into it, an address, a token that
the page hands over by message; or the words why there is no panel.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.demo.crm import elsewhere, instance, signed
from app.demo.crm.desk import Desk
from app.demo.crm.people import Person
from app.demo.crm.store import TYPE, Lead

CARD, SIDEBAR = "score-card", "document-sidebar"
HUB, APP, INSTALLATION = "62515", "54321", "28666254387092"
_ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Who looks at which lead, and what the library beside the CRM offers this person: words, if that is nothing."""

    desk: Desk
    person: Person
    lead: Lead
    offered: Mapping[str, Any]

    @property
    def record(self) -> str:
        """The lead as hosts name it to us, `Lead/<id>`."""
        return f"{TYPE}/{self.lead.id}"

    def launch(self, connection: str, component: str = CARD, **more: str) -> str:
        """The address of a launch at a connection."""
        return f"{self.desk.config.inlay}/launch/{connection}?{urlencode({'component': component, **more})}"


Prove = Callable[[Asked], Mapping[str, Any]]


def library(desk: Desk, person: Person) -> Mapping[str, Any]:
    """Tokens and a document for this person; `words` where there are none."""
    try:
        answer = requests.get(f"{desk.config.library}/gallery", params={"as": person.key}, timeout=_ASK_S)
        if answer.status_code == 404:
            return {"words": f"There is no account of {person.name} in the directory of the library beside this CRM."}
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError):
        return {"words": "The library beside this CRM does not answer. Load this page again once it runs."}


def canvas(asked: Asked) -> Mapping[str, Any]:
    """Salesforce: a signed request, posted."""
    desk = asked.desk
    proof = desk.signed_request(asked.person, asked.lead.id, CARD, signed.instance_id(CARD))
    return {"action": desk.launch_url(CARD), "fields": {"signed_request": proof}}


def guest(asked: Asked) -> Mapping[str, Any]:
    """An application of one's own: a token that its backend signs, posted."""
    token = asked.desk.guest.token(asked.person, CARD, [asked.record])
    return {"action": asked.launch(asked.desk.config.pages_connection), "fields": {"token": token}}


def zendesk(asked: Asked) -> Mapping[str, Any]:
    """A token of an app's installation, by the account's own key."""
    now, account = int(time.time()), asked.desk.config.origin
    claims = {
        "iss": account,
        "aud": f"{account}/api/v2/apps/installations/{INSTALLATION}.json",
        "sub": f"{account}/api/v2/users/{_number(asked.person)}.json",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
        "context": {"product": "support", "location": "ticket_sidebar"},
    }
    key = RSAKey.import_key((Path(asked.desk.config.keys) / "tenant_key.pem").read_bytes())
    token = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, key)
    return {"action": asked.launch("crm-zendesk"), "fields": {"token": token, "record": asked.record}}


def oidc(asked: Asked) -> Mapping[str, Any]:
    """An ID token, as a page's own client has it."""
    now, person = int(time.time()), asked.person
    claims = {
        "iss": asked.desk.config.origin,
        "aud": "inlay",
        "sub": person.user_id,
        "name": person.name,
        "locale": person.locale,
        "iat": now,
        "exp": now + 600,
        "jti": uuid.uuid4().hex,
    }
    token = asked.desk.guest.sign(claims)
    return {"action": asked.launch("crm-oidc"), "fields": {"token": token, "record": asked.record}}


def hubspot(asked: Asked) -> Mapping[str, Any]:
    """The host's own server asks, and signs the whole request; its answer is the address of a page with the panel."""
    person = asked.person
    about = {"userId": _number(person), "userEmail": person.email, "portalId": HUB, "appId": APP}
    address = asked.launch("crm-hubspot", **about)
    body = json.dumps({"record": asked.record, "locale": person.language})
    at = str(int(time.time() * 1000))
    secret = asked.desk.consumer_secret.encode()
    digest = hmac.new(secret, f"POST{address}{body}{at}".encode(), hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": at,
    }
    try:
        said = requests.post(address, data=body, headers=headers, timeout=_ASK_S).json()
    except (requests.RequestException, ValueError):
        said = {}
    opened = str(said.get("address", ""))
    return {"address": opened} if opened else {"words": "Inlay does not answer. Load this page again once it runs."}


def servicenow(asked: Asked) -> Mapping[str, Any]:
    """Nothing is proved beforehand: the panel asks its viewer to sign in at the instance."""
    record = f"{elsewhere.INSTANCE_TABLE}/{elsewhere.digits(asked.lead.id)}"
    return {"address": asked.launch(instance.CONNECTION, record=record)}


def dynamics(asked: Asked) -> Mapping[str, Any]:
    """The page of a form, which got the token from the directory by itself."""
    if "words" in asked.offered:
        return {"words": asked.offered["words"]}
    record = f"{elsewhere.ENVIRONMENT_TABLE}/{elsewhere.dashed(asked.lead.id)}"
    return {"address": asked.launch("crm-dynamics", record=record), "token": asked.offered["tokens"]["dynamics"]}


def sharepoint(asked: Asked) -> Mapping[str, Any]:
    """A web part opens the panel, and hands the token over when it is asked to."""

    def opened(document: Mapping[str, str]) -> Mapping[str, Any]:
        address = asked.launch("library", SIDEBAR, record=document["record"])
        return {"address": address, "token": asked.offered["tokens"]["sharepoint"]}

    return _of_document(asked, opened)


def teams(asked: Asked) -> Mapping[str, Any]:
    """A tab's own page, which gives its place to the panel; that asks the app around it for the token."""

    def opened(document: Mapping[str, str]) -> Mapping[str, Any]:
        query = urlencode({"component": SIDEBAR, "record": document["record"]})
        return {
            "address": f"{asked.desk.config.inlay}/pages/teams/tab?{query}",
            "token": asked.offered["tokens"]["teams"],
        }

    return _of_document(asked, opened)


def office(asked: Asked) -> Mapping[str, Any]:
    """The token that an add-in gets, posted with the document. The pane's own page needs the vendor's script."""

    def posted(document: Mapping[str, str]) -> Mapping[str, Any]:
        fields = {"token": asked.offered["tokens"]["office"], "record": document["record"]}
        return {"action": asked.launch("word", SIDEBAR), "fields": fields}

    return _of_document(asked, posted)


def _of_document(asked: Asked, opened: Callable[[Mapping[str, str]], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a host of documents opens; the words why not, where there is none to open."""
    if "words" in asked.offered:
        return {"words": asked.offered["words"]}
    document = asked.offered["document"]
    return opened(document) if document else {"words": f"No document is shared with {asked.person.name}."}


def _number(person: Person) -> str:
    """A person as hosts that count them write one."""
    return str(int(hashlib.sha256(person.user_id.encode()).hexdigest()[:10], 16))
