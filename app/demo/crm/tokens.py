"""The CRM's access tokens: signed text with an end, so that a restart of the demo logs nobody out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from app.demo.crm.people import ORGANIZATION_ID, Person, by_user_id

LIFETIME_S = 2 * 60 * 60
_PREFIX = ORGANIZATION_ID[:15] + "!AQ."


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for: a person, or the integration user (`person` is None)."""

    person: Person | None

    def may_see_record(self, record: str) -> bool:
        """The app sees all records, a person what sharing lets them."""
        return self.person is None or self.person.may_see_record(record)

    def may_see_field(self, field: str) -> bool:
        """The app sees all fields, a person what field-level security lets them."""
        return self.person is None or self.person.may_see_field(field)


class Tokens:
    """Issues and reads tokens; a revoked one stays dead as long as the process lives."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._revoked: set[str] = set()

    def issue(self, person: Person | None, now: float | None = None) -> str:
        """A token for a person, or for the app itself (None), good for its lifetime from `now` on."""
        ends = int(time.time() if now is None else now) + LIFETIME_S
        claims = [person.user_id if person else "", ends, secrets.token_hex(4)]
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"{_PREFIX}{body}.{self._mac(body)}"

    def read(self, token: str, now: float | None = None) -> Identity | None:
        """None for a token that is forged, over or revoked."""
        body, _, mac = token.removeprefix(_PREFIX).partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(body).encode()) or token in self._revoked:
            return None
        try:
            user_id, ends, _ = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, binascii.Error):
            return None
        if ends < (time.time() if now is None else now):
            return None
        return Identity(by_user_id(user_id) if user_id else None)

    def revoke(self, token: str) -> None:
        """It is good for nothing from now on, until the next start."""
        self._revoked.add(token)

    def _mac(self, body: str) -> str:
        digest = hmac.new(self._secret, body.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
