"""The tables of figures: counts and sketches by span of time, who was there on which day, when anybody was ready."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

from app.db.schema import metadata

# One row for a span of time, summed over all processes. An empty connection or component stands for all of them.
figures = Table(
    "figures",
    metadata,
    Column("grain", Text, nullable=False),  # 5m, 1h, 1d
    Column("connection", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Double, nullable=False),  # the span's begin
    Column("count", BigInteger, nullable=False),
    Column("sketch", Text),  # of what has a length; see app/figures/sketch.py
    PrimaryKeyConstraint("grain", "connection", "component", "name", "at"),
    Index("figures_at", "grain", "at"),
)

# A digest of each viewer who opened a session on a day (days since 1970, UTC): it tells how many there were, and not
# who, unless somebody already knows whom to look for.
active_viewers = Table(
    "active_viewers",
    metadata,
    Column("connection", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("viewer", Text, nullable=False),
    PrimaryKeyConstraint("connection", "day", "viewer"),
)

# The minutes (since 1970) in which at least one process could audit, so that panels could be shown.
beats = Table("beats", metadata, Column("minute", BigInteger, primary_key=True, autoincrement=False))
