"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _changes()
    _sessions()
    _scores()
    _audit()
    _jobs()


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=null)


def _changes() -> None:
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(epoch, [{"id": 1, "value": 0}])
    op.create_table(
        "changes",
        sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
        _text("kind"),
        _text("connection"),
        _text("key"),
        _time("at"),
    )
    op.create_table(
        "used_launches",
        _text("connection"),
        _text("used_key"),
        _time("used_until"),
        sa.PrimaryKeyConstraint("connection", "used_key"),
    )
    op.create_index("used_launches_until", "used_launches", ["used_until"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        _text("connection"),
        _text("viewer"),
        _text("component"),
        sa.Column("host_token", sa.LargeBinary),
        _text("host_url", null=True),
        sa.Column("features", sa.LargeBinary),
        _time("created_at"),
        _time("ends_at"),
        _time("ended_at", null=True),
    )
    op.create_index("sessions_viewer", "sessions", ["connection", "viewer"])
    op.create_index("sessions_ends", "sessions", ["ends_at"])


def _scores() -> None:
    op.create_table(
        "scores",
        sa.Column("id", sa.Text, primary_key=True),
        _text("connection"),
        _text("capability"),
        _text("record_type"),
        _text("record_id"),
        sa.Column("value", sa.Double, nullable=False),
        _text("meaning"),
        sa.Column("confidence", sa.Double),
        _text("factors"),
        _text("model_name"),
        _text("model_version"),
        _time("computed_at"),
        _time("valid_until"),
        _text("features_hash"),
        sa.Column("snapshot", sa.LargeBinary),
        _time("created_at"),
    )
    record = ["connection", "record_type", "record_id", "capability", "created_at"]
    op.create_index("scores_record", "scores", record)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _counter, primary_key=True),
        _time("at"),
        _text("event"),
        _text("family"),
        *(_text(name, null=True) for name in ("connection", "viewer", "session", "record", "component")),
        *(_text(name, null=True) for name in ("decision", "reference", "reason", "detail")),
        sqlite_autoincrement=True,
    )
    shown = sa.text("event = 'view.shown'")
    op.create_index(
        "audit_view",
        "audit",
        ["session", "decision"],
        unique=True,
        sqlite_where=shown,
        postgresql_where=shown,
    )
    op.create_index("audit_look", "audit", ["connection", "viewer", "record", "seq"])
    op.create_index("audit_event", "audit", ["event", "at"])
    op.create_index("audit_reference", "audit", ["reference"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", _counter, primary_key=True),
        _text("kind"),
        _text("payload"),
        sa.Column("priority", sa.Integer, nullable=False),
        _time("run_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("max_attempts", sa.Integer, nullable=False),
        _time("leased_until", null=True),
        _text("lease_owner", null=True),
        _time("dead_at", null=True),
        _text("last_error", null=True),
        sa.Column("dedupe_key", sa.Text, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_due", "jobs", ["run_at"])
