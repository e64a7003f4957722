"""Events in a host's own form: what it can send without a signature, and how it proves that it was the host.

An event is a hint to look again, never data: which record it names is all that is taken from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.config import ConnectionSettings
from app.launch import Record


class Shown(StrEnum):
    """Where an event shows one of the connection's `event_tokens`."""

    ADDRESS = "address"  # as the last part of it: for senders that can set no header
    HEADER = "header"  # Authorization: Bearer


@dataclass(frozen=True, slots=True)
class HostEvent:
    """What an event says, not yet believed. Each record comes with the name of its notification, which counts once;
    an empty name: the host gives none."""

    organisation: str
    records: tuple[tuple[str, Record], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventForm:
    """One form of events. `read` raises BadRequest; `is_ours` says whether an organisation is the connection's."""

    shown: Shown
    media_types: frozenset[str]
    read: Callable[[bytes], HostEvent]
    is_ours: Callable[[ConnectionSettings, str], bool]
    answer: bytes = b""  # what the sender must hear, in the media type that it sent; empty: it reads nothing
    repeats_s: float  # for how long the host may send the same again
