"""The tables of what people say beside verdicts, and of what cores were told of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from app.db.schema import metadata

# A thumb on a decision, with a word; one of each viewer. The record is what an erasure finds it by.
thumbs = Table(
    "thumbs",
    metadata,
    Column("connection", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("thumb", Text, nullable=False),  # up, down
    Column("word", Text, nullable=False),  # why, of a closed list; empty: unsaid
    Column("version", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "decision", "viewer"),
)

# Whom we asked how satisfied they are, and in which panel of which page, by digests; the answers are figures only.
asked_viewers = Table(
    "asked_viewers",
    metadata,
    Column("connection", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("state", Text, nullable=False),  # asked, thanked, declined
    PrimaryKeyConstraint("connection", "viewer"),
)

# What a core was told of, under a name that says nothing: so it can be told to forget it when nobody knows it here.
feedback_threads = Table(
    "feedback_threads",
    metadata,
    Column("thread", Text, primary_key=True),
    Column("core", Text, nullable=False),  # CoreClient.identity
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("item", Text, nullable=False),  # of a review; or a thumb, with a digest of whose
    Column("told_at", Double),  # when we first began to tell
    Column("version", BigInteger, nullable=False),  # the newest that the core has heard; 0: none
    UniqueConstraint(
        "core", "connection", "capability", "record_type", "record_id", "item", name="feedback_threads_of"
    ),
)

# What became of a record in the end, as its host told; the first that is told holds.
outcomes = Table(
    "outcomes",
    metadata,
    Column("connection", Text, nullable=False),  # the one that the record is read through
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # converted, not-converted
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "record_type", "record_id"),
)

# Cores that take no feedback, as they answered.
feedback_refusals = Table(
    "feedback_refusals",
    metadata,
    Column("core", Text, primary_key=True),  # CoreClient.identity
    Column("status", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)
