"""Why a write-back waits or is parked, in words, and who can mend it: for admins; viewers' cards have their own."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str]] = {
    "rule": ("A rule of the host's said no.", "Whoever wrote the rule can let these fields through; then replay."),
    "permission": (
        "The integration identity may not edit these fields.",
        "Give it the right to edit them at the host, and no other; then replay.",
    ),
    "field": ("The host knows no such field, or hides it.", "Add it there, or mend write_back; then replay."),
    "value": (
        "The host does not take the value.",
        "Look at the field's type, its length and its list of values; then replay.",
    ),
    "locked": ("The record is locked, for an approval for example.", "Replay once it is free."),
    "gone": ("The record is no longer there.", "Leave it."),
    "other": ("The host said no.", "Its own words say why; mend it there, then replay."),
    "by-hand": (
        "Somebody changed a field that we had written.",
        "Look at the record. Leave it as it is, or replay to write over what they wrote.",
    ),
    "changed": ("Others keep changing the record.", "Nothing: it is tried again by itself."),
    "quota": ("The connection's limit_calls is used up for now.", "Nothing, or allow more calls."),
}
_AWAY = (
    "The host does not answer, or asked for quiet.",
    "Nothing: it is tried again by itself, for as long as it takes.",
)


def reason(why: str) -> tuple[str, str]:
    """What is wrong, and its mend; whatever has no line is about a host that is away."""
    return REASONS.get(why, _AWAY)
