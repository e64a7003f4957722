"""Launches as values: who is looking at what, from where, as a host's proof says it.

A host verifies a `LaunchRequest` and answers a `Launch`. Nothing here does I/O, and nothing here knows a host
by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.errors import BadRequest

MAX_RECORDS = 200  # a session names at most so many records
MALFORMED = "A record is written type/id, for example Lead/00QAB000003LeadAA2."
_RECORD = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,79})/([A-Za-z0-9_.:@!=-]{1,255})")


class Attest(StrEnum):
    """What a host's launch proves by its signature alone; all else needs the host's yes."""

    VIEWER = "viewer"
    RECORD = "record"
    ORIGIN = "origin"


class TokenType(StrEnum):
    """What a host's token is, as an exchange names it: https://www.rfc-editor.org/rfc/rfc8693#section-3"""

    JWT = "urn:ietf:params:oauth:token-type:jwt"  # how a token is written, whatever it is for
    ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 a name
    ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 a name
    SIGNED_REQUEST = "urn:inlay:token-type:signed-request"  # a Canvas launch, for the frame that it was made for


@dataclass(frozen=True, slots=True)
class Record:
    """The thing looked at, written `type/id` as the host names it: `Lead/00QAB000003LeadAA2`."""

    type: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Record:
        """Read `type/id`. Raises BadRequest when the text is not one."""
        match = _RECORD.fullmatch(text)
        if match is None:
            raise BadRequest(MALFORMED, reason="record-malformed")
        return cls(match[1], match[2])

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


LISTED = Record("session", "records")  # what a list is about: all records of its session, under one name


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking. `subject` is the host's stable id; the rest is for display and texts."""

    subject: str
    name: str = ""
    locale: str = "en"  # BCP 47 or the host's own spelling (de_DE); read by Babel
    timezone: str = "UTC"  # IANA name
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """A proof as it came in, not yet believed."""

    proof: str  # the signed request, or the token
    component: str | None  # the component that the URL or form names
    records: tuple[Record, ...] = ()  # the records that the request (not the proof) asks for
    origin: str | None = None  # the browser's Origin header, where there is one
    now: float = 0.0  # seconds since the epoch
    locale: str = ""  # the browser's first language, for hosts whose proofs name none
    nonce: str = ""  # the nonce of ours that the proof must bring back, where we asked for the proof ourselves


@dataclass(frozen=True, slots=True)
class Launch:
    """A proof that holds. What it names but does not attest must still be asked of the host."""

    viewer: Viewer
    records: tuple[Record, ...]
    origin: str  # the one origin that messages go to and come from
    component: str | None
    attests: frozenset[Attest]
    used_key: str  # what single use is remembered by (a digest or a jti); empty: it may be used again
    used_until: float  # when this proof could no longer be valid, seconds since the epoch
    host_token: str | None = None  # the viewer's own token at the host; a secret
    host_url: str | None = None  # where that token is spoken to, checked against the connection
    features: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # str(record) -> fields, carried
    names: Mapping[str, str] = field(default_factory=dict)  # str(record) -> what the viewer knows it by
    fields: frozenset[str] | None = None  # the host's fields that the viewer may see; None: it does not say
    bridge: Mapping[str, str] = field(default_factory=dict)  # what the frame's bridge dialect needs, no secrets
    unknown_claims: tuple[str, ...] = ()  # names only; counted, never fatal


@dataclass(frozen=True, slots=True)
class Access:
    """The host's answer for one record: may the viewer see it, which of the asked fields, and what it is called
    where the viewer may see its name."""

    allowed: bool
    visible_fields: frozenset[str] = frozenset()
    name: str = ""
