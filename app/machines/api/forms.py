"""What panels, elements and hosts send to the addresses beside scores, as the document tells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.launch import MAX_RECORDS, TokenType
from app.machines.api.shapes import RecordName, Told, Word

MOST_MEMBERS = 20


class Form(Struct, kw_only=True, omit_defaults=True):
    """Members of a form."""


class SessionAsked(Form):
    """A host's token for a session of ours (RFC 8693), or a window's one-time code."""

    grant_type: Annotated[
        Literal["urn:ietf:params:oauth:grant-type:token-exchange", "authorization_code"],
        Meta(description="A host's token, or a window's code."),
    ]
    connection: Word
    component: Annotated[str, Meta(description="The entry component.", examples=["score-badge"])] = ""
    subject_token: Annotated[str, Meta(description="The host's proof.")] = ""
    subject_token_type: Annotated[TokenType, Meta(description="What the proof is.")] = TokenType.JWT
    records: Annotated[
        list[RecordName], Meta(max_length=MAX_RECORDS, description="Their first fragments come too.")
    ] = []
    code: Annotated[str, Meta(description="Of a window's sign-in.")] = ""
    code_verifier: str = ""


class SessionTold(Told, frozen=True):
    """A session."""

    access_token: str
    issued_token_type: str
    token_type: str
    expires_in: int
    fragments: list[dict[str, Any]]
    styles: dict[str, Any]


class OAuthError(Told, frozen=True):
    """Why there is no session (RFC 6749, section 5.2)."""

    error: str
    error_description: str
    code: str
    reference: str | UnsetType = UNSET


class TokenForm(Form):
    """The session's token, where it is not in the Authorization header."""

    token: str = ""


class RenewedTold(Told, frozen=True):
    """The renewed session's token."""

    access_token: str
    expires_in: int


class ReviewAsked(Form):
    """What a viewer says of a score or a finding, or of another's review of it. The session's token is in `token`, or
    in the header. A review that somebody else changed since `version` is not spoken over: 409, `review-conflict`, with
    the fragments as they are now."""

    record: RecordName
    component: str = ""
    token: str = ""
    decision: Annotated[str, Meta(description="What was shown.")] = ""
    item: Annotated[str, Meta(description="score, or a finding's fingerprint.")] = ""
    version: Annotated[str, Meta(description="Of the review that was seen; 0: none.")] = ""
    verdict: Annotated[str, Meta(description="accept, override, dismiss, undo, approve, decline.")] = ""
    value: Annotated[str, Meta(description="Of an overridden score: 0 to 100.")] = ""
    severity: Annotated[str, Meta(description="Of an overridden finding.")] = ""
    reason: Annotated[str, Meta(description="A word of the connection's list.")] = ""
    comment: str = ""


class FragmentsTold(Told, frozen=True):
    """Markup of components, as it is after that."""

    fragments: list[dict[str, Any]]


class ConnectionPlace(Form):
    """Which connection."""

    connection: Word


class SecretPlace(Form):
    """Which connection, by an address that only its host knows."""

    connection: Word
    token: str


class EventAsked(Form):
    """What changed at the host. Signed as Standard Webhooks has it, in the headers `webhook-id`,
    `webhook-timestamp` and `webhook-signature`; other hosts send their own form."""

    type: Annotated[str, Meta(examples=["record.changed"])]
    data: dict[str, Any]


class EventTold(Told, frozen=True):
    """How many records were taken."""

    records: int


class Explained(Told, frozen=True):
    """Why a decision is what it is, for a viewer who was shown it."""

    decision: str
    record: str
    capability: str
    title: str
    decided_at: str
    kind: Annotated[str, Meta(description="score or analysis; the other members depend on it.")]
