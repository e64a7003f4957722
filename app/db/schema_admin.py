"""The tables of admins: who they are, and what they decide. Of secrets there are digests only."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

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
    Column("how", Text, nullable=False, server_default="link"),  # link, one-click, or the connection signed in through
    Column("subject", Text),  # by which that connection's provider calls them
    Index("admin_sessions_ends", "ends_at"),
)

# Who is shown panels: of a component, or ("") of all. Of the rows that have started the latest holds; later ones wait.
rollouts = Table(
    "rollouts",
    metadata,
    Column("connection", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("starts_at", Double, nullable=False),
    Column("reach", Text, nullable=False),  # off, viewers, percent, all
    Column("percent", Double, nullable=False),
    Column("viewers", Text, nullable=False),  # JSON list
    Column("set_at", Double, nullable=False),
    Column("set_by", Text, nullable=False),
    PrimaryKeyConstraint("connection", "component", "starts_at"),
)

# Connections that leave, or left: how far that is, and what came of it.
leavings = Table(
    "leavings",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("at", Double, nullable=False),  # of that step
    Column("told", Text, nullable=False),  # JSON
)

# Cores that a roll-back took away from a capability: what they said is not shown.
dropped_cores = Table(
    "dropped_cores",
    metadata,
    Column("capability", Text, nullable=False),
    Column("core", Text, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("capability", "core"),
)

# The configuration as it was published; it holds no secrets, only references to them.
revisions = Table(
    "revisions",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Double, nullable=False),
    Column("by", Text, nullable=False),
    Column("source", Text, nullable=False),  # file, page
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Keys of the key store that were destroyed: whoever restores a backup of it destroys them again.
erased_keys = Table(
    "erased_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("at", Double, nullable=False),
)
