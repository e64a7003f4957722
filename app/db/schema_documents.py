"""The tables of documents: what was said of them, which analysis is whose, and what viewers say of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from app.db.schema import metadata

# What cores said of documents. Never of which: an analysis belongs to a content, however many records hold it.
analyses = Table(
    "analyses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("recipe", Text, nullable=False),  # a digest of capability, model and playbook
    Column("model_name", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("analyses_content", "connection", "content_hash", "recipe", unique=True),
)

# Which analysis is a record's, and how it stands with the version that is being read.
readings = Table(
    "readings",
    metadata,
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("decision", Text),  # of the analysis that is shown; null before the first
    Column("analysis", Text),
    Column("recipe", Text),
    Column("version", Text),  # the host's word for the content that was analysed
    Column("before", Text),  # the analysis of the version before
    Column("work_version", Text),  # the version that is being read; null when none is
    Column("stage", Text),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("share", Double, nullable=False),  # of the work's time, at `share_at`
    Column("share_at", Double, nullable=False),
    Column("left_s", Double, nullable=False),  # what the rest was thought to take then
    Column("beat_at", Double, nullable=False),  # when somebody was last known to work on it
    Column("failed_version", Text),
    Column("problem", Text),  # why that version cannot be read: a public code
    Column("reference", Text),
    Column("retry_at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "record_type", "record_id", "capability"),
)

# The verdict that holds for an answer, or for one item of it; who gave which before is in the audit.
reviews = Table(
    "reviews",
    metadata,
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("item", Text, nullable=False),  # a finding's fingerprint; "score": the score of the record
    Column("decision", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("said", LargeBinary, nullable=False),  # the names of its viewer and of who approved it, and the comment
    Column("at", Double, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),  # the epoch of its last change
    Column("via", Text, nullable=False, server_default=text("''")),  # the connection that its viewer looked through
    Column("value", Double),  # the override of a score
    Column("of_value", Double),  # the score that was spoken of, and the model that it is of
    Column("of_model", Text, nullable=False, server_default=text("''")),
    Column("approval", Text, nullable=False, server_default=text("''")),  # a second person's word
    Column("approver", Text),
    Column("answered_at", Double),
    PrimaryKeyConstraint("connection", "record_type", "record_id", "capability", "item"),
    Index("reviews_viewer", "connection", "viewer"),
)

# Verdicts that another took the place of, as long as that one can be undone: then they hold again.
earlier_reviews = Table(
    "earlier_reviews",
    metadata,
    *(Column(each.name, each.type, nullable=each.nullable) for each in reviews.columns),
    Column("kept_until", Double, nullable=False),
    PrimaryKeyConstraint("connection", "record_type", "record_id", "capability", "item", "version"),
    Index("earlier_reviews_until", "kept_until"),
)
