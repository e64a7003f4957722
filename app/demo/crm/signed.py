"""Signed requests as the Canvas framework makes them: base64 of the HMAC, a full stop, base64 of the JSON."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from app.demo.crm.people import ORGANIZATION_ID, Person

API = "v68.0"
DEVELOPER_NAME = "Inlay"


def sign(payload: Mapping[str, Any], secret: str) -> str:
    """The signed request of a payload. Compact JSON in UTF-8: the same payload gives the same text."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    encoded = base64.b64encode(text.encode())
    digest = hmac.new(secret.encode(), encoded, hashlib.sha256).digest()
    return f"{base64.b64encode(digest).decode()}.{encoded.decode()}"


def issued_at(now: float) -> int:
    """Negative, as real ones often are (milliseconds cut to 32 signed bits): nobody shall trust it."""
    return -1 - int(now * 1000) % 2**31


def instance_id(component: str, number: int = 0) -> str:
    """The name of one canvas on a page; the frame is called `canvas-frame-<instance id>`."""
    return f"_:{DEVELOPER_NAME}:{component}:{number}:canvasapp"


def payload(
    person: Person,
    record: str,
    component: str,
    *,
    origin: str,
    token: str,
    canvas_url: str,
) -> dict[str, Any]:
    """What a Lightning record page hands over: the record's id in `parameters`, `record` itself empty. A home page has
    none, and hands over none."""
    return {
        "algorithm": "HMACSHA256",
        "issuedAt": issued_at(time.time()),
        "userId": person.user_id,
        "client": {
            "refreshToken": None,
            "instanceId": instance_id(component),
            "targetOrigin": origin,
            "instanceUrl": origin,
            "oauthToken": token,
        },
        "context": {
            "user": _user(person),
            "links": _links(origin, person),
            "application": _application(canvas_url),
            "environment": _environment(origin, record, {"recordId": record, "panel": component} if record else {}),
            "organization": {
                "organizationId": ORGANIZATION_ID,
                "name": "Larkfield",
                "multicurrencyEnabled": False,
                "namespacePrefix": None,
                "currencyIsoCode": "EUR",
            },
        },
    }


def _user(person: Person) -> dict[str, Any]:
    return {
        "userId": person.user_id,
        "userName": person.email,
        "firstName": person.first,
        "lastName": person.last,
        "email": person.email,
        "fullName": person.name,
        "locale": person.locale,
        "language": person.language,
        "timeZone": person.timezone,
        "profileId": "00eNW000000LARK",
        "roleId": None,
        "userType": "STANDARD",
        "currencyISOCode": "EUR",
        "profilePhotoUrl": None,
        "profileThumbnailUrl": None,
        "siteUrl": None,
        "siteUrlPrefix": None,
        "networkId": None,
        "accessibilityModeEnabled": False,
        "isDefaultNetwork": True,
    }


def _links(origin: str, person: Person) -> dict[str, str]:
    data = f"/services/data/{API}"
    return {
        "loginUrl": origin,
        "restUrl": f"{data}/",
        "sobjectUrl": f"{data}/sobjects/",
        "queryUrl": f"{data}/query/",
        "userUrl": f"/{person.user_id}",
    }


def _application(canvas_url: str) -> dict[str, Any]:
    return {
        "name": "Inlay",
        "canvasUrl": canvas_url,
        "applicationId": "06PNW0000000001",
        "version": "1.0",
        "authType": "SIGNED_REQUEST",
        "referenceId": "09HNW0000000001",
        "options": [],
        "samlInitiationMethod": "None",
        "namespace": "",
        "isInstalledPersonalApp": False,
        "developerName": DEVELOPER_NAME,
    }


def _environment(origin: str, record: str, parameters: dict[str, str]) -> dict[str, Any]:
    return {
        "referer": None,
        "locationUrl": f"{origin}/lead/{record}" if record else f"{origin}/today",
        "displayLocation": "Aura",
        "sublocation": None,
        "uiTheme": "Theme3",
        "dimensions": {
            "width": "100%",
            "height": "120px",
            "maxWidth": "infinite",
            "maxHeight": "2000px",
            "clientWidth": "420px",
            "clientHeight": "120px",
        },
        "parameters": parameters,
        "record": {},
        "version": {"season": "WINTER", "api": "68.0"},
    }
