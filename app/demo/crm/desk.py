"""Everything that a running CRM has at hand, in one frozen value that its routes are given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.demo.crm import leads as invented
from app.demo.crm import signed, table
from app.demo.crm.config import CrmConfig
from app.demo.crm.events import EventSender
from app.demo.crm.guest import MAX_NAME, MAX_RECORDS, GuestSigner
from app.demo.crm.people import Person
from app.demo.crm.store import STANDARD, TYPE, Lead, Leads
from app.demo.crm.tokens import Tokens
from app.demo.crm.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the fields that changed, and the event that tells of it (empty without a change)."""

    changed: tuple[str, ...]
    event: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The CRM's records, keys, and what it tells others of."""

    config: CrmConfig
    leads: Leads
    tokens: Tokens
    guest: GuestSigner
    events: EventSender
    trouble: Trouble
    client_id: str
    client_secret: str
    consumer_secret: str

    @classmethod
    def open(cls, config: CrmConfig) -> Desk:
        """Read rows and keys. Raises TableRefusedError or OSError with words for a person."""
        file = Path(config.leads) if config.leads else None
        source = table.read(file, config.id_column or None) if file else _invented()
        digest = hashlib.sha256(f"{config.leads}\n{config.id_column}".encode()).hexdigest()[:12]
        key, fields = (
            Path(config.keys) / "guest_key.pem",
            [*(column.name for column in source.columns), STANDARD],
        )
        return cls(
            config=config,
            leads=Leads(source, Path(config.state) / f"edits-{digest}.jsonl"),
            tokens=Tokens(config.key("token_secret")),
            guest=GuestSigner.load(key, config.origin, config.inlay, fields),
            events=EventSender(
                [f"{config.inlay}/events/{config.connection}"],
                config.key("event_secret"),
            ),
            trouble=Trouble(),
            client_id="larkfield-integration",
            client_secret=config.key("client_secret"),
            consumer_secret=config.key("consumer_secret"),
        )

    def launch_url(self, component: str) -> str:
        """Where the Canvas app is posted to."""
        return f"{self.config.inlay}/launch/{self.config.connection}?component={component}"

    def signed_request(self, person: Person, record: str, component: str, instance: str = "") -> str:
        """A fresh signed request with the person's own token in it."""
        content = signed.payload(
            person,
            record,
            component,
            origin=self.config.origin,
            token=self.tokens.issue(person),
            canvas_url=self.launch_url(component),
        )
        if instance:
            content["client"]["instanceId"] = instance
        return signed.sign(content, self.consumer_secret)

    def list_token(self, person: Person, component: str) -> str:
        """A guest launch for a list of the first leads that this person may see; empty where there are none."""
        names = {f"{TYPE}/{lead.id}": lead.title[:MAX_NAME] for lead in self.leads.some(person, MAX_RECORDS)}
        return self.guest.token(person, component, list(names), names=names) if names else ""

    def save(self, lead: Lead, values: Mapping[str, str], *, by: str = "", since: float | None = None) -> Saved:
        """Store, then tell; the telling never fails the save. Raises ChangedMeanwhile."""
        changed = tuple(self.leads.update(lead, values, by=by, since=since))
        return Saved(changed, self.events.changed(f"{TYPE}/{lead.id}", changed) if changed else "")


@cache
def _invented() -> table.Table:
    """They are the same each time, and nobody changes them there."""
    return invented.generate()
