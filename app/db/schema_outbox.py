"""The table of what is to be published: written in the transaction of its cause, kept until a broker has it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text

from app.db.schema import metadata

outbox = Table(
    "outbox",
    metadata,
    # the order in which it is published: those of one record are written one after the other
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),  # its id for ever, by which whoever gets it twice knows it
    Column("broker", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("published_at", Double),
    sqlite_autoincrement=True,
)
_waits = outbox.c.published_at.is_(None)
Index("outbox_waiting", outbox.c.broker, outbox.c.id, info={"where": _waits})
Index("outbox_published", outbox.c.published_at)
Index("outbox_record", outbox.c.connection, outbox.c.record_type, outbox.c.record_id)
