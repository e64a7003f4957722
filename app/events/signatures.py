"""Who sent an event: by a signature, or by a token of its connection where the sender cannot sign.

Signed as Standard Webhooks has it (https://www.standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`,
`webhook-signature`; HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.config import Secret
from app.errors import InlayError
from app.keys import same
from app.keys.webhooks import decoded, digest

TOLERANCE_S = 300.0  # how far a timestamp may be from our clock, either way


class EventRefused(InlayError):
    """An event whose signature, time or sender does not hold."""

    code, status, title = "refused", 403, "The event is not signed as this connection expects it."


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of a correctly signed event. Raises EventRefused with the reason why not."""
    names = {name.lower(): value for name, value in headers.items()}
    event_id, stamp = names.get("webhook-id", ""), names.get("webhook-timestamp", "")
    if not event_id or len(event_id) > 128 or not stamp.isascii() or not stamp.isdigit():
        raise EventRefused(reason="event-headers-missing")
    if abs(now - int(stamp[:16])) > TOLERANCE_S:
        raise EventRefused(reason="event-time-wrong")
    offered = [decoded(each[3:]) for each in names.get("webhook-signature", "").split(" ") if each.startswith("v1,")]
    holds = False
    for secret in secrets:
        expected = digest(secret, event_id, stamp, body)
        for signature in offered[:8]:
            holds |= same(expected, signature) and bool(expected)
    if not holds:
        raise EventRefused(reason="event-signature-wrong")
    return event_id


def require_token(tokens: Sequence[Secret], offered: str) -> None:
    """Raises EventRefused unless `offered` is one of the tokens; how far a guess was right shows in no time."""
    holds = False
    for each in tokens:
        holds |= same(each.reveal_bytes(), offered.encode("utf-8", "surrogatepass"))
    if not holds or not offered:
        raise EventRefused(reason="event-token-wrong")
