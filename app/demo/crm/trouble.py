"""What an org does to those who write to it: rules, rights, locks and bad days, switched on by hand."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

LOST_S = 1.5  # how long an answer that gets lost is waited for


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be wrong. Without a status, the write goes another way than one would think."""

    title: str
    sentence: str
    status: int = 0
    code: str = ""
    message: str = ""


KINDS: Mapping[str, Kind] = {
    "rule": Kind(
        "A validation rule",
        "AI fields are frozen: the rule says no to every change of them.",
        400,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "AI fields are frozen during quarter close. Ask sales operations <ext. 4711>.",
    ),
    "permission": Kind(
        "Lost permission",
        "The integration user may no longer edit the AI fields.",
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to create/update fields: AI_Score__c. Please check the security settings of this field and verify that "
        "it is read/write for your profile or permission set.",
    ),
    "locked": Kind(
        "Locked for approval",
        "The record waits in an approval process.",
        400,
        "ENTITY_IS_LOCKED",
        "This record is locked. If you need to edit it, contact your admin.",
    ),
    "busy": Kind(
        "Somebody else is editing", "Another field of the record changes between every read and its write, three times."
    ),
    "throttled": Kind(
        "Too many calls",
        "The org has used up its calls; it says when to come back (429, Retry-After).",
        429,
        "REQUEST_LIMIT_EXCEEDED",
        "TotalRequests Limit exceeded.",
    ),
    "down": Kind("Down", "The API answers 503.", 503, "SERVER_UNAVAILABLE", "The server is unavailable."),
    "lost": Kind("The answer gets lost", "Each write is made, but its answer never arrives."),
}


class Trouble:
    """Which of them are on. Shared by all threads; forgotten at a restart."""

    def __init__(self) -> None:
        self._on: set[str] = set()
        self._edits: dict[str, int] = {}  # record -> how often somebody was faster
        self._lock = threading.Lock()

    def put(self, kind: str, on: bool) -> None:
        """Switch a kind of trouble on or off; what was noted of edits begins anew."""
        with self._lock:
            (self._on.add if on else self._on.discard)(kind)
            self._edits.clear()

    def on(self) -> frozenset[str]:
        """The kinds that are switched on."""
        with self._lock:
            return frozenset(self._on)

    def somebody_is_faster(self, record: str) -> bool:
        """Whether another edit comes in between now."""
        with self._lock:
            if "busy" not in self._on or self._edits.get(record, 0) >= 3:
                return False
            self._edits[record] = self._edits.get(record, 0) + 1
            return True
