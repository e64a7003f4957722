"""Change notifications of Graph: for a library they say that something changed, and a delta query says what.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.config import ConnectionSettings
from app.errors import BadRequest, HostUnavailable
from app.hosts._claims import is_text
from app.hosts._graph import Api, base_url, json_of, sound
from app.hosts._graph_items import ITEM, item_of
from app.hosts._host import Call
from app.hosts._notices import Changed, Notice, NoticeKind, Notices, Subscribed
from app.launch import Record
from app.net.door import Response

LIFE_S = 42_000 * 60.0  # of 42,300 minutes that a library's may be for
MAX_QUESTION = 1_024
MAX_NOTICES = 1_000
MAX_STATE = 128
_MAX_LINK = 8_000
_MADE, _ENDED, _GONE = 201, 204, 410
_LIFECYCLE = {
    "reauthorizationRequired": NoticeKind.RENEW,
    "subscriptionRemoved": NoticeKind.REMOVED,
    "missed": NoticeKind.MISSED,
}


def question(query: Mapping[str, str]) -> str:
    """The token to answer with as plain text; nothing when it is too long or no text."""
    token = query.get("validationToken", "")
    return token if len(token) <= MAX_QUESTION and token.isprintable() else ""


def read(body: bytes) -> list[Notice]:
    """Raises BadRequest."""
    try:
        said = json.loads(body)["value"]
        notices = [_notice(each) for each in said]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest('Notifications are {"value": [...]}.', reason="event-malformed") from error
    if not 0 < len(notices) <= MAX_NOTICES:
        raise BadRequest(f"A request holds 1 to {MAX_NOTICES} notifications.", reason="event-malformed")
    return notices


def _notice(said: Any) -> Notice:
    if not isinstance(said, dict):
        raise TypeError("not a notification")
    event = said.get("lifecycleEvent")
    kind = _LIFECYCLE[event] if event is not None else NoticeKind.CHANGED
    subscription, state, tenant = said["subscriptionId"], said.get("clientState") or "", said.get("tenantId") or ""
    if not all(is_text(each, MAX_STATE, least=0) for each in (subscription, state, tenant)):
        raise ValueError("not a notification")
    return Notice(subscription, state, tenant, kind)


def subscribe(
    call: Call, connection: ConnectionSettings, token: str, drive: str, url: str, state: str, ends_at: float
) -> Subscribed:
    """https://learn.microsoft.com/graph/api/subscription-post-subscriptions"""
    wanted = {
        "changeType": "updated",  # of libraries there is no other
        "notificationUrl": url,
        "lifecycleNotificationUrl": url,
        "resource": f"drives/{drive}/root",
        "expirationDateTime": _time(ends_at),
        "clientState": state,
    }
    response = _api(call, connection, token).send("POST", "/subscriptions", wanted)
    if response.status != _MADE:
        raise _failure(response)
    return _subscribed(response)


def renew(
    call: Call, connection: ConnectionSettings, token: str, subscription: str, ends_at: float
) -> Subscribed | None:
    """https://learn.microsoft.com/graph/api/subscription-update"""
    wanted = {"expirationDateTime": _time(ends_at)}
    response = sound(_api(call, connection, token).send("PATCH", f"/subscriptions/{subscription}", wanted))
    if response.status == 404:
        return None
    if response.status != 200:
        raise _failure(response)
    return _subscribed(response)


def end(call: Call, connection: ConnectionSettings, token: str, subscription: str) -> None:
    """https://learn.microsoft.com/graph/api/subscription-delete"""
    response = _api(call, connection, token).send("DELETE", f"/subscriptions/{subscription}")
    if response.status not in {_ENDED, 404}:
        raise _failure(response)


def changes(call: Call, connection: ConnectionSettings, token: str, drive: str, link: str | None) -> Changed:
    """A link that is too old is told to start again: then everything that there is may have changed.

    Raises HostUnavailable, SessionExpired.

    https://learn.microsoft.com/graph/api/driveitem-delta
    """
    start = f"/drives/{drive}/root/delta"
    path = f"{start}?token=latest" if link is None else link or start
    response = _api(call, connection, token).send("GET", path)
    if response.status == _GONE and link:
        return Changed((), "", more=True)
    if sound(response).status != 200:
        raise _failure(response)
    body = json_of(response)
    items, more, last = (
        (body.get("value"), body.get("@odata.nextLink"), body.get("@odata.deltaLink"))
        if isinstance(body, dict)
        else (None, None, None)
    )
    if not isinstance(items, list):
        raise HostUnavailable(reason="host-answer-shape")
    records = tuple(record for each in items if (record := _document(each)))
    return Changed(() if link is None else records, _ours(more or last, connection), more=bool(more))


def _document(item: Any) -> Record | None:
    """A file that is there; folders change with what lies in them, and what is gone is found out when looked at."""
    if not isinstance(item, dict) or not isinstance(item.get("file"), dict) or "deleted" in item:
        return None
    found = item_of(item)
    return Record(ITEM, ":".join(found)) if found else None


def _ours(link: Any, connection: ConnectionSettings) -> str:
    """The token follows no other address."""
    if isinstance(link, str) and len(link) <= _MAX_LINK and link.startswith(f"{base_url(connection)}/v1.0/drives/"):
        return link
    raise HostUnavailable(reason="host-answer-shape")


def _api(call: Call, connection: ConnectionSettings, token: str) -> Api:
    return Api.open(call, connection, "", token)


def _subscribed(response: Response) -> Subscribed:
    body = json_of(response)
    try:
        ends_at = datetime.fromisoformat(str(body["expirationDateTime"])).timestamp()
        name = body["id"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or len(name) > MAX_STATE:
        raise HostUnavailable(reason="host-answer-shape")  # it becomes part of an address
    return Subscribed(name, ends_at)


def _failure(response: Response) -> HostUnavailable:
    sound(response)  # throttled or dead: that has a meaning of its own
    return HostUnavailable(reason=f"subscription-status-{response.status}")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


NOTICES = Notices(
    life_s=LIFE_S, question=question, read=read, subscribe=subscribe, renew=renew, end=end, changes=changes
)
