"""The tables of admins: links that let one in once, and who is signed in. Of the secrets they hold digests only."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Table, Text

from app.db.schema import metadata

# `connections` is a JSON list: those that one may see; empty stands for all.
admin_links = Table(
    "admin_links",
    metadata,
    Column("id", Text, primary_key=True),  # of the code
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("connections", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
)

admin_sessions = Table(
    "admin_sessions",
    metadata,
    Column("id", Text, primary_key=True),  # of the cookie's value
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("connections", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Index("admin_sessions_ends", "ends_at"),
)
