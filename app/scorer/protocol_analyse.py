"""The wire of analyses: the shapes of their requests, answers and jobs."""

from __future__ import annotations

from app.scorer.contract.playbook import RISKS, SEVERITIES
from app.scorer.shapes import Items, Number, Object, Text

MAX_TEXT = 3_000_000  # characters: about a thousand pages
MAX_PAGES = 5_000
MAX_BYTES = 20_000_000  # the text as JSON, with every second character escaped
MAX_FINDINGS = 10_000
MOST = 2**53  # the largest whole number that every reader of JSON reads as it is
UNITS = ("clauses", "pages")
STATES = ("running", "done", "failed")

PAGE = Object(
    "A page: where its text stands.",
    {
        "number": Number("Its number, from 1, above the one before", 1, MOST, whole=True),
        "start": Number("The offset of its first character in the text", 0, MOST, whole=True),
        "end": Number("The offset after its last character, within the text", 0, MOST, whole=True),
    },
    {},
)
DOCUMENT = Object(
    "The document, read already.",
    {
        "text": Text("Its text. Offsets count its characters (Unicode code points)", MAX_TEXT),
        "pages": Items("Its pages in their order; empty when it has none", PAGE, at_most=MAX_PAGES),
    },
    {
        "name": Text("Its name. Only for tracing", 1000),
        "media_type": Text("The media type that it was read from"),
        "sha256": Text(
            "Of the file that it was read from, in hexadecimal. Only for tracing",
            64,
            form="[0-9a-f]{64}",
            says="64 hexadecimal digits in small letters",
        ),
    },
)
ANALYSE_REQUEST = Object(
    "One document to analyse.",
    {"capability": Text("What to ask, see /v1/capabilities", 64), "document": DOCUMENT},
    {
        "playbook": Text("By which playbook, see /v1/capabilities; empty or absent: the standard one", 64),
        "deadline_ms": Number("How long the caller waits; then the answer is a job", 0),
        "purpose": Text("Why the analysis is wanted"),
    },
)
MODEL = Object("Which model answered.", {"name": Text("Its name"), "version": Text("Its version")}, {})
FINDING = Object(
    "Something that was found, or that is missing: then its category is missing-<category>, and it has no quote.",
    {
        "id": Text("The same for the same category and quote", 64),
        "category": Text("Its category"),
        "severity": Text("How much it matters", choices=SEVERITIES),
        "title": Text("What it is, in a few words", 1000),
        "explanation": Text("What it means", 10_000),
    },
    {
        "quote": Text("The words, exactly: text[start:end] of the document", 10_000),
        "page": Number("The page that the quote begins on", 1),
        "start": Number("The offset of its first character in the text", 0),
        "end": Number("The offset after its last character", 0),
        "suggestion": Text("What to ask for", 10_000),
        "confidence": Number("How sure the rule is", 0, 1),
    },
)
FACT = Object(
    "Something that the document says.",
    {
        "category": Text("Of which category"),
        "label": Text("What it is", 1000),
        "value": Text("Days as 2026-11-23; else as the document has it", 1000),
        "quote": Text("Where it says so, exactly", 10_000),
    },
    {"page": Number("The page that the quote begins on", 1)},
)
ANALYSIS = Object(
    "An analysis.",
    {
        "summary": Text("A few sentences", 10_000),
        "risk": Text("All in all", choices=RISKS),
        "findings": Items("The gravest first", FINDING, at_most=MAX_FINDINGS),
        "facts": Items("What the document says", FACT, at_most=MAX_FINDINGS),
        "model": MODEL,
        "computed_at": Text("When, in UTC, ISO 8601"),
    },
    {},
)
STARTED = Object(
    "The analysis takes longer: ask for /v1/jobs/<job> after the seconds of Retry-After.",
    {"job": Text("The job's id", 64)},
    {},
)
PROGRESS = Object(
    "How far it is; never less than before.",
    {
        "done": Number("So many are done", 0),
        "total": Number("of so many; 0 before it has begun", 0),
        "unit": Text("What is counted", choices=UNITS),
    },
    {},
)
JOB = Object(
    "An analysis under way, or its end.",
    {"state": Text("How it stands", choices=STATES), "progress": PROGRESS},
    {
        "result": ANALYSIS,
        "error": Object("Why it failed.", {"code": Text("A stable word"), "detail": Text("In words", 1000)}, {}),
    },
)
ANALYSIS_CAPABILITY = Object(
    "A capability that analyses documents.",
    {
        "name": Text("Its name"),
        "kind": Text("What it answers", choices=("analysis",)),
        "title": Text("Its title", 1000),
        "model": MODEL,
        "playbooks": Items(
            "What it can go by; the first is the one that is meant when none is named",
            Object(
                "A playbook.",
                {
                    "name": Text("Its name"),
                    "title": Text("Its title", 1000),
                    "version": Text("Its version"),
                    "categories": Items("What it looks for", Text("A category"), at_most=10_000),
                },
                {},
            ),
            at_most=10_000,
        ),
    },
    {},
)
