"""The wire of scores: the shapes of the core's requests and answers."""

from __future__ import annotations

from app.scorer.features import Kind
from app.scorer.loader import MEANINGS
from app.scorer.protocol_analyse import ANALYSIS_CAPABILITY, MODEL
from app.scorer.scorecard import SHOWN_FACTORS
from app.scorer.shapes import Either, Flag, Items, Number, Object, Text

MAX_ITEMS = 200
MAX_BYTES = 1_000_000

FEATURES = Object(
    "The record's values by feature name: numbers, texts, true, false or null; numbers may come as text."
    ' null, "", "NaN", "n/a" and "unknown" mean: not known. Names that the capability lacks are passed over.',
    {},
    {},
)
SUBJECT = Object(
    "Whose score this is. Only for tracing: it changes nothing in the score and is not logged.",
    {},
    {
        "type": Text("The record's type in its host"),
        "id": Text("The record's id in its host"),
        "connection": Text("The connection that asks"),
    },
)
SCORE_REQUEST = Object(
    "One record to score.",
    {"capability": Text("What to ask, see /v1/capabilities", 64), "features": FEATURES},
    {
        "subject": SUBJECT,
        "purpose": Text("Why the score is wanted"),
        "deadline_ms": Number("How long the caller waits. Answers take well below a millisecond each.", 0),
    },
)
BATCH_REQUEST = Object(
    "Several records, answered in the same order.",
    {"items": Items("The records", SCORE_REQUEST, at_most=MAX_ITEMS, each=False)},
    {},
)

FACTOR = Object(
    "One reason of the score.",
    {
        "label": Text("The reason, as a sentence"),
        "effect": Number("By how many points of the score this record differs from an average one in this, exactly"),
        "direction": Text("Whether the reason lifts or lowers the score", choices=("up", "down")),
        "fields": Items("The features that the reason speaks of", Text("A feature")),
    },
    {"detail": Text("The values behind the reason", 1000)},
)
SCORE = Object(
    "A score with its reasons.",
    {
        "score": Number("The score", 0, 100),
        "meaning": Text("What the number says: percent chance, or 0 worst to 100 best", choices=MEANINGS),
        "confidence": Number(
            "How much of what the scorecard can tell it could tell here: 1 when every row had a value,"
            " less by the weight of those that had none",
            0,
            1,
        ),
        "factors": Items("The strongest reasons first", FACTOR, at_most=SHOWN_FACTORS),
        "model": MODEL,
        "computed_at": Text("When, in UTC, ISO 8601"),
        "valid_for_s": Number("How many seconds the core stands by it", 1),
    },
    {},
)
ERROR = Object(
    "Why an item has no score.",
    {"code": Text("A stable word"), "detail": Text("What to do about it", 10_000)},
    {
        "path": Text("Where in the item", 1000),
        "missing": Items("The features that would be needed", Text("A feature"), at_most=10_000),
    },
)
BATCH = Object(
    "The results, in the order of the items.",
    {"results": Items("Each a score or an error", Either((SCORE, Object("", {"error": ERROR}, {}))))},
    {},
)
FIELD = Object(
    "A feature that the capability reads.",
    {
        "name": Text("Its name"),
        "type": Text("Its type", choices=tuple(Kind)),
        "doc": Text("What it means", 1000),
        "title": Text("What people call it"),
        "required": Flag("Whether there is no score without it"),
    },
    {
        "unit": Text("Its unit"),
        "values": Items("The values that are told apart", Text("A value"), at_most=10_000),
    },
)
CAPABILITIES = Object(
    "What this core can be asked.",
    {
        "capabilities": Items(
            "One for each scorecard, and one for each kind of analysis",
            Either(
                (
                    Object(
                        "A capability.",
                        {
                            "name": Text("Its name"),
                            "kind": Text("What it answers", choices=("score",)),
                            "title": Text("Its title"),
                            "meaning": Text("What its number says", choices=MEANINGS),
                            "bands": Object(
                                "The lowest score that is called so.",
                                {word: Number("Its lowest score", 0, 100) for word in ("high", "medium", "low")},
                                {},
                            ),
                            "fields": Items("The features that it reads", FIELD, at_most=10_000),
                            "model": MODEL,
                        },
                        {},
                    ),
                    ANALYSIS_CAPABILITY,
                )
            ),
            at_most=10_000,
        )
    },
    {},
)
HEALTH = Object("The core is up.", {"status": Text("Always ok", choices=("ok",))}, {})
PROBLEM = Object(
    "What went wrong (RFC 9457).",
    {
        "type": Text("Always about:blank"),
        "title": Text("In general"),
        "status": Number("The HTTP status"),
        "detail": Text("In this case, with its mend", 10_000),
        "code": Text("A stable word"),
    },
    {
        "path": Text("Where in the body", 1000),
        "missing": Items("The features that would be needed", Text("A feature"), at_most=10_000),
    },
)
