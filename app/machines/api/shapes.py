"""What the API takes and answers. A shape reads and checks; what it says of itself is in `/openapi.json`.

A refusal names the place and what was expected there, never the value: values are a customer's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from app.core.shapes import Meaning
from app.errors import BadRequest, InlayError
from app.launch import MAX_RECORDS

MAX_FACTORS = 50
MOST_ROWS = 100_000
# no controls, nor what would turn around the text after it; "$" alone would let one line end pass
LINE = r"^[^\x00-\x1f\x7f-\x9f\u202a\u202b\u202d\u202e]*$(?!\n)"


def line(longest: int, says: str, least: int = 1, **more: Any) -> Meta:
    """One line of text."""
    return Meta(min_length=least, max_length=longest, pattern=LINE, description=says, **more)


REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """How a value that does not fit is refused; without `says`, as the error says it of itself."""

    says: str
    reason: str
    error: type[InlayError]


def refused(says: str, reason: str, error: type[InlayError] = BadRequest) -> Meta:
    """Beside what a member takes: the words for what it does not take. No part of the document."""
    return Meta(extra={REFUSED: Refused(says, reason, error)})


Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,62}$(?!\n)", examples=["lead_score"])]
RecordType = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$(?!\n)", examples=["Lead"])]
RecordId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:@!=-]{1,255}$(?!\n)", examples=["00QAB000003LeadAA2"])]
RecordName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}/[A-Za-z0-9_.:@!=-]{1,255}$(?!\n)",
        description="A record of the host, as type/id.",
        examples=["Lead/00QAB000003LeadAA2"],
    ),
]
BatchId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$(?!\n)",
        description="Your name of this batch. With the same rows it is applied once, however often it is sent.",
        examples=["2026-11-30"],
    ),
]
DecisionId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,80}$(?!\n)")]
Points = Annotated[float, Meta(ge=0, le=100, description="0 to 100.")]
Share = Annotated[float, Meta(ge=0, le=1)]
Moment = Annotated[datetime, Meta(tz=True, examples=["2026-11-30T03:00:00Z"])]
Value = str | int | float | bool | None


class Shape(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is taken: a member of another name is refused."""


class Model(Shape, frozen=True):
    """The model that said it."""

    name: Annotated[str, line(200, "Its name.")]
    version: Annotated[str, line(200, "Its version, by which the audit finds what it said.")]


class Factor(Shape, frozen=True):
    """One reason of a score."""

    label: Annotated[str, line(200, "The reason, as a person reads it.")]
    effect: Annotated[float, Meta(ge=-1e6, le=1e6, description="Signed, in points of the score.")]
    detail: Annotated[str, line(1000, "The values behind it.", 0)] = ""
    fields: Annotated[
        list[Annotated[str, line(200, "A field of the capability.")]],
        Meta(
            max_length=MAX_FACTORS,
            description="What it speaks of. Whoever may not see one of them is not told the reason; one that "
            "names none is told to nobody from whom something is hidden.",
        ),
    ] = []


class Row(Shape, frozen=True):
    """One imported score."""

    record: RecordName
    score: Points
    meaning: Annotated[Meaning, Meta(description="What the number says.")]
    model: Model
    computed_at: Annotated[Moment, Meta(description="As of when it holds. An older one never replaces a newer one.")]
    valid_for_s: Annotated[float, Meta(gt=0, le=31_622_400, description="Seconds from then on that it is fresh.")]
    confidence: Annotated[Share | None, Meta(description="0 to 1, where the model says it.")] = None
    factors: Annotated[list[Factor], Meta(max_length=MAX_FACTORS, description="The reasons.")] = []
    inputs: Annotated[
        dict[Annotated[str, Meta(max_length=200)], Annotated[str, Meta(max_length=1000)] | int | float | bool | None],
        Meta(max_length=500, description="What the model saw, by the capability's fields: kept for explanations."),
    ] = {}


class BatchQuery(Shape, frozen=True):
    """Where a batch of scores goes."""

    capability: Word
    batch: BatchId
    rows: (
        Annotated[
            int,
            Meta(
                ge=1, le=MOST_ROWS, description="How many there are; needed for a body in pieces that is not gzipped."
            ),
        ]
        | UnsetType
    ) = UNSET


class ScorePlace(Shape, frozen=True):
    """Whose score is asked for."""

    capability: Word
    type: RecordType
    id: RecordId


class DecisionPlace(Shape, frozen=True):
    """Which decision is asked about."""

    decision: DecisionId


class ScoresAsked(Shape, frozen=True):
    """Records whose scores are asked for."""

    capability: Word
    records: Annotated[list[RecordName], Meta(min_length=1, max_length=MAX_RECORDS)]


class Told(Struct, frozen=True, kw_only=True):
    """Something that is answered."""


class FactorTold(Told, frozen=True):
    """One reason that this service may see."""

    label: str
    effect: Annotated[float, Meta(description="Signed, in points of the score.")]
    direction: Annotated[str, Meta(description="up or down.")]
    detail: str
    fields: list[str]


class ModelTold(Told, frozen=True):
    """The model that said it."""

    name: str
    version: str


class Score(Told, frozen=True):
    """What is known of one record. Members that say nothing are left out."""

    record: RecordName
    capability: Word
    state: Annotated[
        str,
        Meta(
            description="ready; stale: the last good one, past its time; pending: being computed, ask again; empty: "
            "too little is known of the record; unavailable: ask again later."
        ),
    ]
    decision: Annotated[str | UnsetType, Meta(description="Quote it at /api/v1/decisions.")] = UNSET
    score: Points | UnsetType = UNSET
    meaning: str | UnsetType = UNSET
    band: Annotated[str | UnsetType, Meta(description="high, medium or low.")] = UNSET
    confidence: Share | UnsetType | None = UNSET
    factors: list[FactorTold] | UnsetType = UNSET
    hidden_factors: Annotated[int | UnsetType, Meta(description="Reasons that this service may not see.")] = UNSET
    model: ModelTold | UnsetType = UNSET
    computed_at: datetime | UnsetType = UNSET
    fresh_until: datetime | UnsetType = UNSET
    missing: Annotated[list[str] | UnsetType, Meta(description="Fields that a score would need.")] = UNSET
    reference: Annotated[str | UnsetType, Meta(description="What to quote to an admin.")] = UNSET


class Scores(Told, frozen=True):
    """The answers, in the order of the records."""

    results: list[Score]


class Imported(Told, frozen=True):
    """A batch that was applied. The same batch sent again is answered with the same words."""

    batch: str
    capability: str
    rows: Annotated[int, Meta(description="Scores that are kept.")]
    older: Annotated[int, Meta(description="Of them: older than what was known, so that nobody is shown them.")]
    outdated: Annotated[int, Meta(description="Of them: of records that changed since they were computed.")]
    content_hash: Annotated[str, Meta(description="SHA-256 of the rows as they came, unpacked.")]
    models: Annotated[dict[str, int], Meta(description="How many rows are of which model and version.")]
    imported_at: datetime


class Wrong(Told, frozen=True):
    """What is wrong with a row."""

    line: Annotated[int, Meta(description="Counted from 1, the head of a CSV too.")]
    field: str
    problem: str


class Problem(Told, frozen=True):
    """Why something was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(description="For programs; it never changes.")]
    reference: Annotated[str | UnsetType, Meta(description="What to quote to an admin.")] = UNSET
    errors: Annotated[list[Wrong] | UnsetType, Meta(description="Of a batch: the first rows that are wrong.")] = UNSET
    wrong_rows: Annotated[int | UnsetType, Meta(description="Of a batch: how many rows are wrong in all.")] = UNSET


def written(told: Struct) -> bytes:
    """A told shape as JSON."""
    return msgspec.json.encode(told)
