"""What panels, elements and hosts send to the addresses beside scores, as the document tells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from app.core.analyses import Severity
from app.errors import LaunchRefused
from app.launch import MALFORMED, MAX_RECORDS, TokenType
from app.machines.api.shapes import RecordName, Told, Word, refused

MOST_MEMBERS = 20
MAX_COMMENT = 2_000
Grant = Literal["urn:ietf:params:oauth:grant-type:token-exchange", "authorization_code"]
EXCHANGE, CODE = get_args(Grant)
Verdict = Literal["accept", "override", "dismiss", "undo", "approve", "decline"]
NUMBER_NEEDED = "A score is a number from 0 to 100, for example 61."
SEVERITY_NEEDED = f"A severity is one of {', '.join(Severity)}."
REASON_NEEDED = "Give the reason as a word, for example not-relevant."
CHANGE_LIKE = 'An event is {"type": "record.changed", "data": {"record": "Lead/ID"}}.'
OUTCOME_LIKE = (
    'An outcome is {"type": "record.outcome", "data": {"record": "Lead/ID", "outcome": "converted" or "not-converted", '
    '"at": "2026-11-30T09:00:00Z"}}, and is not of the future.'
)
GRANT_LIKE = f"grant_type is {EXCHANGE}, subject_token_type one of {', '.join(TokenType)}."
Named = Annotated[RecordName, refused(MALFORMED, "record-malformed")]
_GRANT = refused(GRANT_LIKE, "grant-type-unknown")


class Form(Struct, kw_only=True, omit_defaults=True):
    """Members of a form."""


class SessionAsked(Form, kw_only=True):
    """A host's token for a session of ours (RFC 8693), or a window's one-time code."""

    grant_type: Annotated[Grant, Meta(description="A host's token, or a window's code."), _GRANT]
    subject_token_type: Annotated[
        TokenType | UnsetType, Meta(description="What the proof is; a window's code has none."), _GRANT
    ] = UNSET
    connection: Annotated[Word, refused("", "connection-unknown", LaunchRefused)]
    component: Annotated[str, Meta(description="The entry component.", examples=["score-badge"])] = ""
    subject_token: Annotated[str, Meta(description="The host's proof.")] = ""
    records: Annotated[
        list[Named],
        Meta(max_length=MAX_RECORDS, description="Their first fragments come too."),
        refused(f"A session is for at most {MAX_RECORDS} records.", "records-count"),
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


class Spoken(Form, kw_only=True):
    """What is said of a score or a finding, or of another's review of it."""

    verdict: Annotated[Verdict, refused(f"A verdict is one of {', '.join(get_args(Verdict))}.", "review-verdict")]
    item: Annotated[
        str,
        Meta(pattern=r"^(?:score|[0-9a-f]{1,64})$(?!\n)", description="score, or a finding's fingerprint."),
        refused("Name a finding by its fingerprint, or the item score.", "review-item"),
    ]
    decision: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)", description="What was shown."),
        refused("Name the decision that you speak of.", "review-decision"),
    ]
    version: Annotated[
        str,
        Meta(pattern=r"^[0-9]{1,18}$(?!\n)", description="Of the review that was seen; 0: none."),
        refused("Name the version of the review that you saw; 0 for none.", "review-version"),
    ]
    value: Annotated[
        str,
        Meta(pattern=r"^ *(?:[0-9]{1,3}(?:\.[0-9]{1,2})? *)?$(?!\n)", description="Of an overridden score: 0 to 100."),
        refused(NUMBER_NEEDED, "review-value"),
    ] = ""
    severity: Annotated[
        Literal["", "high", "medium", "low", "info"],
        Meta(description="Of an overridden finding."),
        refused(SEVERITY_NEEDED, "review-severity"),
    ] = ""
    reason: Annotated[
        str,
        Meta(
            pattern=r"^(?:[a-z][a-z-]{0,39})?$(?!\n)",
            description="A word of the connection's list; where a finding is dismissed or a score overridden.",
        ),
        refused(REASON_NEEDED, "review-reason"),
    ] = ""
    comment: Annotated[
        str,
        Meta(max_length=MAX_COMMENT, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a\u202b\u202d\u202e]*$(?!\n)"),
        refused(f"A comment is plain text of at most {MAX_COMMENT:,} characters.", "review-comment"),
    ] = ""


class ReviewAsked(Spoken, kw_only=True):
    """What a viewer says of a score or a finding, or of another's review of it. The session's token is in `token`, or
    in the header. A review that somebody else changed since `version` is not spoken over: 409, `review-conflict`, with
    the fragments as they are now."""

    record: Named
    component: str = ""
    token: str = ""


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


class EventData(Form):
    """What it is about."""

    record: Named | UnsetType = UNSET
    records: (
        Annotated[
            list[Named],
            Meta(min_length=1, max_length=MAX_RECORDS, description="Several that changed."),
            refused(f"An event names 1 to {MAX_RECORDS} records.", "event-malformed"),
        ]
        | UnsetType
    ) = UNSET
    fields: Annotated[Any, Meta(description="What changed of it: a list of the host's names of fields.")] = None
    outcome: Annotated[
        Literal["converted", "not-converted"] | UnsetType,
        Meta(description="What became of it."),
        refused(OUTCOME_LIKE, "event-malformed"),
    ] = UNSET
    at: Annotated[
        str | UnsetType,
        Meta(description="When it became so.", extra_json_schema={"format": "date-time"}),
        refused(OUTCOME_LIKE, "event-malformed"),
    ] = UNSET


class EventAsked(Form, kw_only=True):
    """What changed at the host, or what became of a record. Signed as Standard Webhooks has it, in the headers
    `webhook-id`, `webhook-timestamp` and `webhook-signature`; other hosts send their own form."""

    type: Annotated[
        Literal["record.changed", "record.outcome"],
        refused("The types of events are record.changed and record.outcome.", "event-type-unknown"),
    ]
    data: Annotated[EventData, refused(CHANGE_LIKE, "event-malformed")]


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
