"""The tables of the key store: a database of its own, so that a backup of the main one says nothing without it.

No name of anybody is in it: a subject stands here by a digest.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, LargeBinary, MetaData, Table, Text

key_metadata = MetaData()

# One row for each subject that something is kept of. Whoever erases a subject deletes it.
subject_keys = Table(
    "subject_keys",
    key_metadata,
    Column("id", Text, primary_key=True),  # sealed bytes name it; random, so a subject's next key is another
    Column("subject", Text, nullable=False, unique=True),  # SHA-256 hex of connection and record
    Column("connection", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", Text, nullable=False),  # the name of the key that it is wrapped by
    Column("created_at", Double, nullable=False),
    Index("subject_keys_wrapped", "wrapped_by", "id"),
    Index("subject_keys_connection", "connection"),
)

# Keys that were destroyed: they tell "erased" from "lost".
destroyed_keys = Table(
    "destroyed_keys",
    key_metadata,
    Column("id", Text, primary_key=True),
    Column("at", Double, nullable=False),
)
