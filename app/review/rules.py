"""Who may say what: the reasons of a connection, what a second person must approve, and who is one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from app.answer import ReviewRules
from app.connections import Connection
from app.db.reviews import Approval, Row
from app.errors import BadRequest
from app.review.said import VERDICTS, ElsewhereOnly, ReviewRefused, Said, SecondPersonNeeded, UndoTooLate, Word
from app.session.bearer import Session

# Where the configuration names none; texts have their sentences.
REASONS: Mapping[str, tuple[str, ...]] = {
    "score": ("data-wrong", "known-otherwise", "not-comparable", "other"),
    "analysis": ("not-relevant", "covered-elsewhere", "accepted-risk", "wrong-finding", "other"),
}


def rules(connection: Connection, capability: str) -> ReviewRules:
    """How viewers of this connection may answer what this capability says."""
    settings, known = connection.settings, connection.capability_named(capability)
    own = settings.reasons.get(capability) or (known.reasons if known else ())
    ours = tuple((word, "") for word in REASONS[known.kind if known else "score"])
    waits = frozenset(VERDICTS[Word(each)] for each in settings.second_person)
    return ReviewRules(own or ours, waits)


def check_reason(connection: Connection, capability: str, said: Said) -> None:
    """A reason is one of those that were offered. Raises BadRequest."""
    offered = [word for word, _ in rules(connection, capability).reasons]
    if said.reason and said.reason not in offered:
        raise BadRequest(f"A reason here is one of {', '.join(offered)}.", reason="review-reason-unknown")


def is_own(row: Row, session: Session, given_through: Connection | None, through: Connection) -> bool:
    """Whether this viewer is who gave it."""
    return one_directory(given_through, through) and same_person(row.viewer, session.viewer.subject)


def same_person(one: str, other: str) -> bool:
    """Whether two subjects of one directory are one person. Spellings that differ in case or form only are: whoever
    doubts asks somebody else."""
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def one_directory(one: Connection | None, other: Connection) -> bool:
    """Whether two connections call one person by one name. Those of a directory's tenants do; of others, nobody knows
    what a viewer of one is called in the other."""
    return one is not None and (one.name == other.name or bool(one.settings.tenants and other.settings.tenants))


def one_tenant(one: str, other: str, through: Connection) -> bool:
    """Whether a directory's subjects are of one tenant: somebody invited into another has another name there."""
    return not through.settings.tenants or one.rpartition(".")[2] == other.rpartition(".")[2]


def is_another(row: Row, session: Session, given_through: Connection | None, through: Connection) -> bool:
    """Whether this viewer is surely somebody else than who gave it."""
    mine = session.viewer.subject
    known = one_directory(given_through, through) and one_tenant(row.viewer, mine, through)
    return known and not same_person(row.viewer, mine)


def require_second(row: Row, session: Session, given_through: Connection | None, through: Connection) -> None:
    """This viewer may answer a verdict that waits. Raises SecondPersonNeeded, ElsewhereOnly, ReviewRefused."""
    if row.approval != Approval.WAITING:
        raise ReviewRefused("This does not wait for anybody.", reason="review-not-waiting")
    if same_person(row.viewer, session.viewer.subject):
        raise SecondPersonNeeded(reason="review-same-person")
    if not one_directory(given_through, through):
        raise ElsewhereOnly(reason="review-other-directory")
    if not is_another(row, session, given_through, through):
        raise ElsewhereOnly(reason="review-other-tenant")


def require_own(row: Row, session: Session, given_through: Connection | None, through: Connection, now: float) -> None:
    """This viewer may take it back. Raises ReviewRefused, UndoTooLate."""
    if not is_own(row, session, given_through, through):
        raise ReviewRefused("Only who gave a review can undo it. Give your own instead.", reason="review-not-own")
    if now > row.at + through.settings.undo:
        raise UndoTooLate(reason="review-undo-late")
