"""The tables of background work: the jobs, how fast they may ask the outside, and how far a long run is."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from app.db.schema import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("priority", Integer, nullable=False),  # higher goes first
    Column("run_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("leased_until", Double),
    Column("lease_owner", Text),
    Column("dead_at", Double),
    Column("last_error", Text),
    Column("dedupe_key", Text, unique=True),  # of a waiting job only
    sqlite_autoincrement=True,
)
# the first of a kind is found without reading those behind it, however many wait
_alive = jobs.c.dead_at.is_(None)
Index(
    "jobs_next",
    jobs.c.kind,
    jobs.c.priority.desc(),
    jobs.c.run_at,
    jobs.c.id,
    info={"where": _alive},
)

# When the next question to something outside may go out, for all processes together.
quotas = Table(
    "quotas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("free_at", Double, nullable=False),
)

# How far `inlay warm` is with a list, so that a killed run goes on from there.
warms = Table(
    "warms",
    metadata,
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("list_hash", Text, nullable=False),  # SHA-256 hex of its records, in their order
    Column("done", Integer, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "capability", "list_hash"),
)

# What hosts' records are to hold, and how far that is.
# One row for a record and a capability: the newest wish replaces the one before, so there is never a queue of them.
write_backs = Table(
    "write_backs",
    metadata,
    Column("connection", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of the wish; grows with each
    Column("state", Text, nullable=False),  # queued, written, refused, conflict, left
    Column("cause", Text, nullable=False),  # of the last wish: score, review
    Column("decision", Text, nullable=False),
    Column("viewer", Text, nullable=False),  # who caused it; empty: a score did
    # what the core said; null where that is not to be written
    Column("score", Double),
    Column("band", Text, nullable=False),
    Column("as_of", Double),
    # what a viewer said
    Column("review", Text, nullable=False),  # "", given, undone
    Column("verdict", Text, nullable=False),
    Column("override", Double),
    Column("reason", Text, nullable=False),
    Column("wished_at", Double, nullable=False),
    # how far it is
    Column("kept", LargeBinary),  # what was there before, what we wrote, and the host's words; by the subject's key
    Column("why", Text, nullable=False),  # a code: what it waits for, or why it is parked
    Column("tries", Integer, nullable=False),  # in vain, since the wish
    Column("forced", Integer, nullable=False),  # 1: what somebody else put there may be written over
    Column("at", Double, nullable=False),  # since when it is in this state
    Column("held_by", Text, nullable=False),  # who is writing it now
    Column("held_until", Double, nullable=False),
    PrimaryKeyConstraint("connection", "record_type", "record_id", "capability"),
    Index("write_backs_state", "connection", "state", "at"),
)
