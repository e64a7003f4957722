"""Tells subscribers that something in the drive changed: asked for consent first, sent beside the change.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from app.demo.library.document import DRIVE
from app.demo.library.tenant import TENANT

LONGEST = timedelta(minutes=42_300)  # of a drive's subscription: about 29 days
_TIMEOUT_S = 3.0
_ATTEMPTS = 4
_PAUSE_S = 1.0
_KEPT = 50


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to be told, and where: https://learn.microsoft.com/graph/api/resources/subscription"""

    id: str
    url: str
    lifecycle_url: str
    client_state: str
    expires: str  # ISO 8601


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one notification, for the pages."""

    at: float
    about: str  # updated, or the lifecycle event
    state: str  # delivered, or why not


class Notifier:
    """Subscriptions survive a restart; one thread sends, so that a change never waits for a subscriber."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._queue: list[tuple[Subscription, str]] = []
        self._thread: threading.Thread | None = None
        self._http = requests.Session()
        self._http.trust_env = False
        self.sent: list[Sending] = []
        self._all: dict[str, Subscription] = {}
        if path.exists():
            self._all = {each["id"]: Subscription(**each) for each in json.loads(path.read_text(encoding="utf-8"))}

    def all(self) -> list[Subscription]:
        """All that nobody has ended; whether their time is over is not looked at."""
        return list(self._all.values())

    def subscribe(self, body: Mapping[str, Any], token: str) -> dict[str, Any]:
        """Raises ValueError when the address does not answer with the token, or the end is too far away."""
        url, later = str(body.get("notificationUrl", "")), str(body.get("lifecycleNotificationUrl", ""))
        expires, state = _end(body), str(body.get("clientState", ""))
        if len(state) > 128:
            raise ValueError("clientState is over 128 characters.")
        for each in {url, later} - {""}:
            self._validate(each, token)
        made = Subscription(str(uuid.uuid4()), url, later, state, expires)
        self._put(made)
        return _shown(made)

    def renew(self, key: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """With a later end, as it is answered; None: there is no such subscription."""
        known = self._all.get(key)
        if known is None:
            return None
        fresh = replace(known, expires=_end(body))
        self._put(fresh)
        return _shown(fresh)

    def end(self, key: str) -> None:
        """Nothing is sent for it any more."""
        with self._lock:
            self._all.pop(key, None)
            self._save()

    def changed(self) -> None:
        """Something in the drive is different: say so to all, and no more than that."""
        self._send("updated")

    def lifecycle(self, event: str) -> None:
        """reauthorizationRequired, subscriptionRemoved or missed; the second one is done, too."""
        self._send(event)
        if event == "subscriptionRemoved":
            for each in self.all():
                self.end(each.id)

    def _send(self, about: str) -> None:
        now = datetime.now(UTC).isoformat()
        with self._lock:
            self._queue += [(each, about) for each in self._all.values() if each.expires > now]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                with self._lock:
                    subscription, about = self._queue.pop(0)
                state = self._deliver(subscription, about)
                self.sent = [Sending(time.time(), about, state), *self.sent[: _KEPT - 1]]

    def _deliver(self, subscription: Subscription, about: str) -> str:
        told: dict[str, Any] = {
            "subscriptionId": subscription.id,
            "clientState": subscription.client_state,
            "subscriptionExpirationDateTime": subscription.expires,
            "tenantId": TENANT,
            "resource": f"drives/{DRIVE}/root",
        }
        told |= {"changeType": "updated"} if about == "updated" else {"lifecycleEvent": about}
        url = subscription.url if about == "updated" else subscription.lifecycle_url or subscription.url
        state = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            try:
                answer = self._http.post(url, json={"value": [told]}, timeout=_TIMEOUT_S, allow_redirects=False)
            except requests.RequestException as error:
                state = f"no answer ({type(error).__name__})"
                continue
            if answer.ok:
                return "delivered"
            state = f"answered {answer.status_code}"
        return state

    def _validate(self, url: str, token: str) -> None:
        """The subscriber says with a token that it wants this."""
        try:
            answer = self._http.post(
                url, params={"validationToken": f"Validation: {token}"}, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except (requests.RequestException, ValueError) as error:
            raise ValueError(f"{url} did not answer.") from error
        plain = answer.headers.get("Content-Type", "").startswith("text/plain")
        if answer.status_code != 200 or not plain or answer.text != f"Validation: {token}":
            raise ValueError(f"{url} did not answer with the validation token.")

    def _put(self, subscription: Subscription) -> None:
        with self._lock:
            self._all[subscription.id] = subscription
            self._save()

    def _save(self) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(each) for each in self._all.values()]), encoding="utf-8")
        draft.replace(self._path)


def _end(body: Mapping[str, Any]) -> str:
    try:
        ends = datetime.fromisoformat(str(body.get("expirationDateTime")))
        fits = timedelta(0) < ends - datetime.now(UTC) <= LONGEST
    except (ValueError, TypeError) as error:
        raise ValueError("expirationDateTime is not a time.") from error
    if not fits:
        raise ValueError("expirationDateTime is past, or more than 42,300 minutes away.")
    return ends.astimezone(UTC).isoformat()


def _shown(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "resource": f"drives/{DRIVE}/root",
        "changeType": "updated",
        "notificationUrl": subscription.url,
        "expirationDateTime": subscription.expires,
    }
