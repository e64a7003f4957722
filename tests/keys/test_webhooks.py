"""Webhooks are signed so that the standard's own library believes us, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.config import Secret
from app.keys.webhooks import digest, signed

KEY, NEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"type":"alert.fired"}'


def test_the_standards_library_believes_it_by_either_key() -> None:
    headers = signed((Secret(KEY), Secret(NEXT)), "msg_1", int(datetime.now(UTC).timestamp()), BODY)
    assert Webhook(KEY).verify(BODY, headers) == {"type": "alert.fired"}
    assert Webhook(NEXT).verify(BODY, headers) == {"type": "alert.fired"}
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(BODY + b" ", headers)


def test_a_secret_that_is_no_key_signs_nothing() -> None:
    assert digest(Secret("whsec_"), "msg_1", "1", BODY) == b""
    assert signed((Secret("whsec_*"),), "msg_1", 1, BODY)["webhook-signature"] == ""
