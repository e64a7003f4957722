"""Tells the embedding server that a record has changed: a signed event beside the save, never in its way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from queue import Full, Queue

import requests

_ATTEMPTS = 3
PAUSES_S = (0.3, 1.0)
_TIMEOUT_S = 2.0
_KEPT = 200


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one event, for the page's log."""

    id: str
    record: str
    fields: tuple[str, ...]
    state: str  # sending | delivered | failed
    detail: str = ""


class EventSender:
    """One background thread with a bounded queue; a full queue drops the event and says so."""

    def __init__(self, targets: Sequence[str], secret: str) -> None:
        self._targets, self._secret = tuple(targets), secret
        self._queue: Queue[tuple[str, bytes]] = Queue(maxsize=500)
        self._states: dict[str, Sending] = {}
        self._order: deque[str] = deque()
        self._lock = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False
        self._thread: threading.Thread | None = None

    def changed(self, record: str, fields: Sequence[str]) -> str:
        """Queue `record.changed` for one record (`Lead/...`); returns the event's id at once."""
        event_id = f"msg_{uuid.uuid4().hex}"
        body = {
            "type": "record.changed",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {"record": record, "fields": list(fields)},
        }
        self._note(Sending(event_id, record, tuple(fields), "sending"))
        try:
            self._queue.put_nowait((event_id, json.dumps(body).encode()))
        except Full:
            self._end(event_id, "failed", "too many events are waiting")
            return event_id
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="crm-events", daemon=True)
                self._thread.start()
        return event_id

    def state(self, event_id: str) -> dict[str, object] | None:
        """How far an event has come, for the page; None once it is forgotten."""
        with self._lock:
            sending = self._states.get(event_id)
        return asdict(sending) if sending else None

    def _run(self) -> None:
        while True:
            event_id, body = self._queue.get()
            failures = [detail for url in self._targets if (detail := self._deliver(url, event_id, body))]
            self._end(event_id, "failed" if failures else "delivered", "; ".join(failures))

    def _deliver(self, url: str, event_id: str, body: bytes) -> str:
        """Empty when the event arrived, else why it did not. Asks again only where that can help."""
        detail = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(PAUSES_S[attempt - 1])
            stamp = int(time.time())
            headers = {
                "content-type": "application/json",
                "webhook-id": event_id,
                "webhook-timestamp": str(stamp),
                "webhook-signature": signature(self._secret, event_id, stamp, body),
            }
            try:
                answer = self._http.post(url, data=body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False)
            except requests.RequestException as error:
                detail = f"{url} did not answer ({type(error).__name__})"
                continue
            if answer.ok:
                return ""
            detail = f"{url} answered {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != 429:
                break
        return detail

    def _note(self, sending: Sending) -> None:
        with self._lock:
            self._states[sending.id] = sending
            self._order.append(sending.id)
            while len(self._order) > _KEPT:
                del self._states[self._order.popleft()]

    def _end(self, event_id: str, state: str, detail: str) -> None:
        with self._lock:
            before = self._states.get(event_id)
            if before:
                self._states[event_id] = Sending(before.id, before.record, before.fields, state, detail)
