"""The wire of feedback: what people said of the core's answers, once each, and what is to be forgotten."""

from __future__ import annotations

from app.scorer.protocol_analyse import MODEL, MOST
from app.scorer.shapes import Number, Object, Text

KINDS = ("review", "thumb", "retraction")
OUTCOMES = ("kept", "known", "older", "retracted")

FEEDBACK_REQUEST = Object(
    "One change of what people say of an answer. Of a thread the highest version holds; an id is heard once.",
    {
        "id": Text("Names this change: sent again after a broken connection it has no effect", kept=True),
        "kind": Text("What it is; after a retraction nothing of its thread is kept", choices=KINDS),
        "thread": Text("Names what is spoken of, and says nothing of it; all changes of a verdict share it", kept=True),
        "version": Number("Grows with each change of the thread", 1, MOST, whole=True),
    },
    {
        "capability": Text("What was asked", 64),
        "decision": Text("The answer that is spoken of, as it is called in the caller's audit"),
        "subject": Object(
            "Whose answer it was.",
            {},
            {
                "type": Text("The record's type in its host"),
                "id": Text("The record's id in its host", 400),
                "connection": Text("The connection that asked"),
            },
        ),
        "item": Text("score, answer, or a finding by its fingerprint"),
        "verdict": Text("accepted, overridden or dismissed; up or down; withdrawn: it was taken back"),
        "value": Number("The score that it should have been", 0, 100),
        "severity": Text("How grave the finding is instead"),
        "reason": Text("Why, in a word of the caller's list"),
        "model": MODEL,
        "features_hash": Text("Names the input that the answer was made of"),
        "at": Text("When it was said, in UTC, ISO 8601"),
    },
)
FEEDBACK = Object("What became of it.", {"outcome": Text("Kept, or why it changed nothing", choices=OUTCOMES)}, {})
