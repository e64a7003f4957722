"""Proofs as the demo's CRM signs them, for the bench's own host page."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.demo.crm import leads as invented
from app.demo.crm import signed
from app.demo.crm.guest import GuestSigner
from app.demo.crm.people import DEFAULT, Person
from app.demo.crm.tokens import Tokens
from bench.core import FIELD

COMPONENT = "score-badge"
FRAMED, PAGES = "crm", "crm-pages"  # the demo's connections: signed requests, and the CRM backend's tokens
CARRIED = "bench"  # one more, for the records of the bench's own core


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is that the bench started."""

    inlay: str
    crm: str
    core: str
    slow: str  # the bench's own core
    host: str  # the host page's origin
    static: str  # the same server under another site's name
    keys: str


class Signer:
    """Signs with the demo's keys, for the origin of the bench's host page."""

    def __init__(self, places: Places) -> None:
        keys, names = Path(places.keys), [column.name for column in invented.generate().columns]
        self._places = places
        self._guest = GuestSigner.load(keys / "guest_key.pem", places.crm, places.inlay, names)
        self._tokens = Tokens((keys / "token_secret").read_text().strip())
        self._secret = (keys / "consumer_secret").read_text().strip()

    def guest(self, records: Sequence[str], **said: object) -> str:
        """A guest launch, as the CRM's `/inlay-token` answers it."""
        payload = self._guest.token(DEFAULT, COMPONENT, records).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return self._guest.sign(claims | {"origin": self._places.host} | said)

    def carried(self, records: Sequence[str]) -> str:
        """A guest launch that brings its records' features along."""
        features = {record: {FIELD: number} for number, record in enumerate(records)}
        return self.guest(records, features=features, fields=[FIELD])

    def canvas(self, record: str, person: Person = DEFAULT, issued: float | None = None) -> str:
        """A signed request, as the CRM puts it into its record page; with a token for its API of that time, or now."""
        content = signed.payload(
            person,
            record.partition("/")[2],
            COMPONENT,
            origin=self._places.crm,
            token=self._tokens.issue(person, issued),
            canvas_url=f"{self._places.inlay}/launch/{FRAMED}?component={COMPONENT}",
        )
        content["client"]["targetOrigin"] = self._places.host
        return signed.sign(content, self._secret)
