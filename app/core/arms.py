"""The canary: which of two cores answers for a record. Chosen by the record alone, so that all its viewers, in all
processes and at all times, see the same one's answer."""

from __future__ import annotations

import hashlib

from app.config import CapabilitySettings
from app.core.stored import Key
from app.launch import Record

MAIN = ""  # the arm of the core that answers all the rest


def arm_of(capability: CapabilitySettings, record: Record) -> str:
    """The name of the canary's core, or MAIN.

    A record's place between 0 and 100 is its own for ever; the share is what lies below it. So a share that grows takes
    records from the other arm only, as many as it grew by, and one that shrinks gives those back. Another canary, or
    another capability, has other places: it is not always the same records that are tried things with.
    """
    if not capability.canary or not capability.canary_percent:
        return MAIN
    said = f"{capability.name}\n{capability.canary}\n{record}".encode()
    place = int.from_bytes(hashlib.sha256(said).digest()[:8], "big") / 2**64 * 100
    return capability.canary if place < capability.canary_percent else MAIN


def core_of(capability: CapabilitySettings, key: Key) -> str:
    """The name of the core that answers for a key."""
    return key.arm or capability.core


def key_of(connection: str, capability: CapabilitySettings, record: Record, carried: str = "") -> Key:
    """What a score of this record is of, as things are configured now."""
    return Key(connection, capability.name, record, carried, arm_of(capability, record))
