"""The tables. Times are float seconds since the epoch, UTC; JSON is text; `LargeBinary` is encrypted.

An index of some rows only says which in `info`: said in a database's own words, that one's dialect would be read by
every process, whichever database it has. These tables are compared with what the migrations made, and make nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData()
CARRIED = "carried-"  # how the hash of features begins that came with a launch: such a score is that launch's own
_Counter = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is declared INTEGER

# One row. Whoever announces a change holds its lock until the commit, so epochs are seen in commit order.
epoch = Table(
    "epoch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    Column(
        "life", Text, nullable=False, server_default=text("''")
    ),  # names this count: a database made anew begins another
)

changes = Table(
    "changes",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Double, nullable=False),
)

used_launches = Table(
    "used_launches",
    metadata,
    Column("connection", Text, nullable=False),
    Column("used_key", Text, nullable=False),  # a digest
    Column("used_until", Double, nullable=False),
    PrimaryKeyConstraint("connection", "used_key"),
    Index("used_launches_until", "used_until"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("host_token", LargeBinary),
    Column("host_url", Text),
    # its viewer's token is in `identities`; a process of the version before goes on while this one starts
    Column("signed_in", Boolean, nullable=False, server_default=false()),
    Column("features", LargeBinary),
    Column("names", LargeBinary),  # what its launch called the records, for lists
    Column("created_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),  # absolute: no renewal goes past it
    Column("ended_at", Double),
    Index("sessions_viewer", "connection", "viewer"),
    Index("sessions_ends", "ends_at"),
)

# What a viewer's sign-in gave us: one row for all the sessions of a viewer, so that one new sign-in mends them all.
identities = Table(
    "identities",
    metadata,
    Column("connection", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),  # grows with every new pair of tokens
    Column("leased_until", Double),  # somebody refreshes them now
    Column("lease_owner", Text),
    Column("ends_at", Double, nullable=False),  # when the last session that could use them is over
    PrimaryKeyConstraint("connection", "viewer"),
    Index("identities_ends", "ends_at"),
)

# Sign-ins on their way; each is gone after minutes, and nothing of it is a session yet. Of what others hold, digests.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Text, primary_key=True),  # of the state
    Column("connection", Text, nullable=False),
    Column("challenge", Text, nullable=False, unique=True),  # of the frame's secret
    Column("tab", Text, nullable=False),  # of the popup's secret
    Column("step", Text, nullable=False),  # started, asking, answered, connected, done
    Column("opener", Text, nullable=False),  # the origin that the one-time code may go to
    Column("component", Text, nullable=False),
    Column("records", Text, nullable=False),  # JSON list of type/id
    Column("secrets", LargeBinary),  # state, nonce, verifier; wiped once used
    Column("result", LargeBinary),  # who signed in, and the tokens; wiped once redeemed
    Column("code", Text),  # of the one-time code, or of the salted six digits
    Column("tries", Integer, nullable=False),  # wrong six digits so far
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Index("sign_ins_expires", "expires_at"),
)

# Sessions that were opened before `at` are over; "" stands for all.
revocations = Table(
    "revocations",
    metadata,
    Column("connection", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "viewer", "component"),
)

# Who tried to frame a panel and is not listed, as browsers report it: at most so many for each connection.
refused_framings = Table(
    "refused_framings",
    metadata,
    Column("connection", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "origin"),
)

scores = Table(
    "scores",
    metadata,
    Column("id", Text, primary_key=True),  # the decision
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("confidence", Double),
    Column("factors", Text, nullable=False),  # of a version before `reasons`; else none
    Column("model_name", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("computed_at", Double, nullable=False),  # by the core's clock
    Column("valid_until", Double, nullable=False),  # by ours
    Column("features_hash", Text, nullable=False),
    Column("snapshot", LargeBinary),
    Column("created_at", Double, nullable=False),  # by ours; what "latest" goes by
    Column("arm", Text, nullable=False, server_default=text("''")),  # of a canary; "" where there is none
    Column("core", Text, nullable=False, server_default=text("''")),  # which core gave it: CoreClient.identity
    Column("reasons", LargeBinary),  # the factors, which may quote the input: by the subject's key, as the snapshot
    Column("erased_at", Double),  # of its subject: that there was a decision stands, and by which model
    # the capability comes late: an event outdates a record's scores of all capabilities
    Index("scores_record", "connection", "record_type", "record_id", "capability", "created_at"),
)
_THERE = text("erased_at IS NULL")
Index(  # partial, so that nobody who asks for one record's scores walks through a connection's instead
    "scores_lately",
    *(scores.c[name] for name in ("connection", "capability", "created_at")),
    info={"where": _THERE},
)
_IS_CARRIED = f"substr(features_hash, 1, {len(CARRIED)}) = '{CARRIED}'"
Index(  # a launch's own score among all that other launches carried
    "scores_carried",
    *(
        scores.c[name]
        for name in ("connection", "record_type", "record_id", "capability", "features_hash", "created_at")
    ),
    info={"where": text(_IS_CARRIED)},
)

# What need not be asked of a core until then: somebody is asking, or (with an answer) asked in vain.
leases = Table(
    "leases",
    metadata,
    Column("key", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Double, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # as of which the answer holds
    Column("answer", Text),  # JSON: why there is no score
    Index("leases_until", "until"),
)

_GIVEN = text("version IS NOT NULL")
audit = Table(
    "audit",
    metadata,
    Column("seq", _Counter, primary_key=True),
    Column("at", Double, nullable=False),
    Column("event", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("connection", Text),
    Column("viewer", Text),
    Column("session", Text),
    Column("record", Text),
    Column("component", Text),
    Column("decision", Text),
    Column("reference", Text),
    Column("reason", Text),
    Column("detail", Text),
    Column("version", Text),  # of the model, of an answer; also in the detail, where nothing finds it
    Index(
        "audit_view",
        "session",
        "decision",
        unique=True,
        info={"where": text("event = 'view.shown'")},
    ),
    Index("audit_look", "connection", "viewer", "record", "seq"),
    Index("audit_event", "event", "at"),
    Index("audit_reference", "reference"),
    Index(
        "audit_decision",
        "decision",
        "seq",
        info={"where": text("decision IS NOT NULL")},
    ),
    # each way to search, the newest first; a search without any of these words goes by `audit_at`
    Index("audit_at", "at"),
    Index("audit_connection", "connection", "at"),
    Index("audit_kind", "connection", "event", "at"),
    Index("audit_viewer", "viewer", "at"),
    Index("audit_record", "record", "at"),
    Index("audit_version", "connection", "version", "at", info={"where": _GIVEN}),
    sqlite_autoincrement=True,  # a number is never given twice, not even after a purge
)

# Which hosts tell us of changes, and how far we have followed each library.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("connection", Text, nullable=False),
    Column("drive", Text, nullable=False),
    Column("id", Text, nullable=False),  # the host's; empty while nobody tells us
    Column("state", Text, nullable=False),  # SHA-256 hex of the secret that notifications say
    Column("ends_at", Double, nullable=False),
    Column("link", Text, nullable=False),  # where its changes go on from
    PrimaryKeyConstraint("connection", "drive"),
)
