"""What becomes of each table's rows when a connection leaves: the one list, held against the schema by a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, or_, select

from app.db.schema import metadata
from app.db.schema_api import imports

Which = Callable[[Table, str], ColumnElement[bool]]


class Does(StrEnum):
    """`exported` goes into the folder; `kept` stays in the database as well, `erased` does not."""

    EXPORTED_KEPT = "exported, kept"
    EXPORTED_ERASED = "exported, erased"
    ERASED = "erased"
    KEPT = "kept"
    NOBODYS = "no connection's"


class Rule(NamedTuple):
    """What becomes of a table's rows when a connection leaves, why, and which rows are its."""

    does: Does
    why: str
    which: Which


def _own(table: Table, name: str) -> ColumnElement[bool]:
    return table.c.connection == name


def _of_key(table: Table, name: str) -> ColumnElement[bool]:
    """Leases: their key begins with the connection (`app/core/stored.py`)."""
    return table.c.key.startswith(f"{name}|", autoescape=True)


def _of_payload(table: Table, name: str) -> ColumnElement[bool]:
    """Jobs: as `app/db/jobs.py` writes what they are about. The one that does this is not among them."""
    told = json.dumps({"connection": name})[1:-1]
    return and_(table.c.payload.contains(told, autoescape=True), table.c.kind != "leave")


def _of_quota(table: Table, name: str) -> ColumnElement[bool]:
    return table.c.name == f"host:{name}"


def _of_import(table: Table, name: str) -> ColumnElement[bool]:
    """Staged rows: by the batch that they are of. Before the batches, which name them."""
    return table.c.import_id.in_(select(imports.c.id).where(imports.c.connection == name))


def _viewers(table: Table, name: str) -> ColumnElement[bool]:
    return and_(table.c.connection == name, or_(table.c.viewer != "", table.c.component != ""))


def _announced(table: Table, name: str) -> ColumnElement[bool]:
    return and_(table.c.connection == name, table.c.key != "")


def _none(table: Table, _: str) -> ColumnElement[bool]:
    return next(iter(table.primary_key.columns)).is_(None)


def _erased(why: str, which: Which = _own) -> Rule:
    return Rule(Does.ERASED, why, which)


def _nobodys(why: str) -> Rule:
    return Rule(Does.NOBODYS, why, _none)


RULES: Mapping[str, Rule] = {
    # kept
    "audit": Rule(
        Does.EXPORTED_KEPT, "what was shown to whom; stays until its retention removes it: inlay audit purge", _own
    ),
    "scores": Rule(Does.EXPORTED_ERASED, "decisions, with what the core was told", _own),
    "reviews": Rule(Does.EXPORTED_ERASED, "viewers' verdicts, in their own words", _own),
    "thumbs": Rule(Does.EXPORTED_ERASED, "viewers' thumbs, with a word", _own),
    "audit_seals": Rule(Does.KEPT, "the signatures over the audit's rows", _own),
    "audit_tombstones": Rule(Does.KEPT, "what stands for rows that retention removed", _own),
    # viewers and their tokens
    "sessions": _erased("ended first, in every process"),
    "identities": _erased("viewers' tokens; the host is told to forget them first"),
    "sign_ins": _erased("sign-ins on their way"),
    "revocations": _erased("those of single viewers; that of all stays as long as a session could live", _viewers),
    "active_viewers": _erased("digests of viewers"),
    "asked_viewers": _erased("digests of viewers who were asked how satisfied they are"),
    "used_launches": _erased("its events'; of launches there are digests without a name, until they are too old"),
    # what was made ahead, beside or in between
    "earlier_reviews": _erased("verdicts that others took the place of, for minutes"),
    "leases": _erased("who asks the core", _of_key),
    "jobs": _erased("work that waits, and dead jobs", _of_payload),
    "quotas": _erased("how often its host may be asked", _of_quota),
    "import_rows": _erased("rows of batches that were not whole yet", _of_import),
    "imports": _erased("batches of scores that were brought"),
    "api_keys": _erased("keys of the customer's services; none opens anything from then on"),
    "warms": _erased("how far lists were scored"),
    "subscriptions": _erased("the host is told to end them first"),
    "outbox": _erased("what was to be published, and what was in the last day"),
    "analyses": _erased("what was said of documents"),
    "readings": _erased("which analysis is which document's"),
    "figures": _erased("its counts; those of all connections together stay"),
    "outcomes": _erased("what became of records; inlay feedback export has it beside the decisions"),
    "feedback_threads": _erased("what cores were told of"),
    "refused_framings": _erased("origins that tried"),
    "alerts": _erased("alarms about it"),
    "write_backs": _erased("what its records were to hold; what was written there stays there"),
    "rollouts": _erased("who was shown panels; the audit says who decided it"),
    "changes": _erased("which records changed; a number stays of each, since processes count them", _announced),
    # what stays
    "leavings": Rule(Does.KEPT, "that it left, by whom, and what came of it", _own),
    "erased_keys": Rule(Does.KEPT, "ids of keys that no backup of the key store may bring back; nobody is named", _own),
    "epoch": _nobodys("a count"),
    "beats": _nobodys("when we were ready"),
    "audit_sealer": _nobodys("how far the audit is sealed"),
    "audit_keys": _nobodys("public keys that seals are signed with"),
    "alert_messages": _nobodys("what was sent to the alarms' receiver; goes when it is old"),
    "revisions": _nobodys("the configuration as it was, with references to secrets and no secret"),
    "dropped_cores": _nobodys("cores that were taken back"),
    "feedback_refusals": _nobodys("cores that take no feedback"),
    "admin_links": _nobodys("admins', for a quarter of an hour"),
    "admin_sessions": _nobodys("admins', for eight hours"),
}


def tables() -> list[tuple[Table, Rule]]:
    """Every table with its rule, in the order in which they are told."""
    return [(metadata.tables[name], rule) for name, rule in RULES.items()]
