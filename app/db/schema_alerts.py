"""The tables of alerts: what was wrong from when to when, and what was told of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text

from app.db.schema import metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("connection", Text, nullable=False),  # empty: the whole deployment
    Column("value", Double, nullable=False),  # when it began
    Column("fired_at", Double, nullable=False),
    Column("resolved_at", Double),
    Column("open_key", Text, unique=True),  # while it lasts: one alert of a rule and connection, whoever sees it first
    Index("alerts_fired", "fired_at"),
    sqlite_autoincrement=True,
)

# What goes to the webhook. The body is kept, so that whoever hears it twice hears the same.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Text, primary_key=True),  # as the receiver knows it
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("sent_at", Double),
    Column("error", Text),  # of the last attempt
    Index("alert_messages_made", "made_at"),
)
