"""Every place that holds data of people: what it holds, of whom, and what becomes of it. A test compares it with the
schema, so that no new table can be forgotten.

Whom: a *subject* is what a score or an analysis is about (a record of a host), a *viewer* looks, an *admin* looks after
all. To erase is about subjects.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.db.erasing import RULES, Rule


class Of(StrEnum):
    """Whom a table's rows are about."""

    SUBJECT = "subject"
    VIEWER = "viewer"
    ADMIN = "admin"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Place:
    """A table, or another place. `erasing` says what becomes of it when a subject is erased, `leaving` when its
    connection is removed."""

    name: str
    holds: str
    of: tuple[Of, ...]
    erasing: str
    leaving: str

    @property
    def rule(self) -> Rule | None:
        """What `inlay audit erase` does there; None where there is nothing of a subject, or it ends by itself."""
        return RULES.get(self.name)


_S, _V, _A, _N = Of.SUBJECT, Of.VIEWER, Of.ADMIN, Of.NOBODY
_NOTHING, _WITH = "nothing of a subject is here", "goes with its connection"
_NO_ONE, _STAYS = "nobody's data", "stays: it is the deployment's"


def _of_nobody(name: str, holds: str, leaving: str = _STAYS) -> Place:
    return Place(name, holds, (_N,), _NO_ONE, leaving)


# The tables of the main database.
TABLES: tuple[Place, ...] = (
    Place("scores", "each score, its input and its reasons (both by the subject's key)", (_S,),
          "blanked: that there was a decision stands, when, and by which model", _WITH),
    Place("readings", "which analysis is a document's, and how its reading goes", (_S,), "deleted", _WITH),
    Place("analyses", "what was said of a document, with quotes (by the deployment's keys)", (_S,),
          "deleted, unless another document has the same bytes", _WITH),
    Place("reviews", "verdicts, their givers' names and words (by the deployment's keys)", (_S, _V), "deleted", _WITH),
    Place("earlier_reviews", "the same, that others took the place of: until these cannot be undone any more", (_S, _V),
          "deleted", _WITH),
    Place("thumbs", "thumbs on decisions, and whose", (_S, _V), "deleted", _WITH),
    Place("feedback_threads", "records whose reviews a core was told of", (_S,),
          "deleted, and the core is told to forget them", _WITH),
    Place("outcomes", "what became of records, as their hosts told", (_S,), "deleted", _WITH),
    Place("asked_viewers", "digests of viewers who were asked how satisfied they are", (_V,), _NOTHING, _WITH),
    Place("write_backs", "what records are to hold: scores, verdicts; what they held before (by the subject's key)",
          (_S, _V), "deleted; what was written to the host's record is the host's", _WITH),
    Place("jobs", "records by name, viewers by id, tokens (by the deployment's keys)", (_S, _V),
          "deleted; of a list of records the name goes", _WITH),
    Place("outbox", "records by name, their scores and verdicts: what a broker is told, for a day after it was", (_S,),
          "deleted; what the broker has is its owner's to erase", _WITH),
    Place("leases", "records by name, and why there was no score", (_S,), "deleted", "ends by itself, in minutes"),
    Place("audit", "who did what, and saw which decision of which record, by ids; never what was read of it",
          (_S, _V, _A),
          "stays as it is until its retention ends: it is the proof, and its chain must verify", "by its retention"),
    Place("sessions", "who may look; what launches carried (by the subject's key); tokens (by the deployment's keys)",
          (_S, _V), "unreadable, since the key is gone; the row ends within a day", _WITH),
    Place("sign_ins", "who is signing in, and to see which records", (_S, _V), "ends by itself, in minutes",
          "ends by itself, in minutes"),
    Place("changes", "names of records that changed", (_S,), "ends by itself, as newer ones come; names only", _WITH),
    Place("identities", "viewers' tokens at their hosts (by the deployment's keys)", (_V,), _NOTHING, _WITH),
    Place("active_viewers", "digests of viewers, by day", (_V,), _NOTHING, _WITH),
    Place("revocations", "ids of viewers whose sessions were ended", (_V,), _NOTHING, _WITH),
    Place("rollouts", "ids of viewers who are shown panels", (_V, _A), _NOTHING, _WITH),
    Place("admin_links", "names of admins who were sent a link", (_A,), _NOTHING, "ends by itself, in minutes"),
    Place("admin_sessions", "names of admins who are signed in, and their ids at their provider", (_A,), _NOTHING,
          "ends by itself, within a day"),
    Place("revisions", "the configuration, with ids of admins", (_A,), _NOTHING, "stays: it is the deployment's"),
    _of_nobody("used_launches", "digests of launches", _WITH),
    _of_nobody("refused_framings", "origins of pages that tried to frame a panel", _WITH),
    _of_nobody("subscriptions", "libraries whose changes are told to us", _WITH),
    _of_nobody("figures", "counts", _WITH),
    Place("leavings", "connections that left, and names of admins", (_A,), _NOTHING, "stays"),
    _of_nobody("dropped_cores", "cores that were taken back"),
    Place("audit_seals", "digests of audit rows", (_N,), "stays: it is what the proof stands on", "by its retention"),
    Place("audit_tombstones", "digests of purged audit rows", (_N,), "stays, as the seals do", "by its retention"),
    _of_nobody("audit_sealer", "how far the audit is sealed"),
    _of_nobody("audit_keys", "public keys that seals are signed with"),
    _of_nobody("alerts", "alarms that ring, by connection", _WITH),
    _of_nobody("alert_messages", "what the alarms' receiver was told"),
    Place("import_rows", "scores of a batch that is not whole yet (inputs and reasons by the subject's key)", (_S,),
          "deleted", "deleted"),
    Place("imports", "batches that services brought: their names and counts", (_N,), _NO_ONE, _WITH),
    Place("api_keys", "digests of services' keys, and names of admins", (_A,), _NOTHING, _WITH),
    _of_nobody("warms", "digests of lists that are being scored", _WITH),
    _of_nobody("erased_keys", "ids of keys that were destroyed"),
    _of_nobody("beats", "minutes in which a server could audit"),
    _of_nobody("epoch", "a number"),
    _of_nobody("feedback_refusals", "cores that take no feedback"),
    _of_nobody("quotas", "when something outside may be asked next"),
)  # fmt: skip

# The tables of the key store.
KEY_TABLES: tuple[Place, ...] = (
    Place("subject_keys", "each subject's key, wrapped; the subject by a digest", (_S,),
          "deleted and overwritten; backups of the key store end after key_backups", _WITH),
    _of_nobody("destroyed_keys", "ids of keys that were destroyed"),
)  # fmt: skip

# What is in no table.
ELSEWHERE: tuple[Place, ...] = (
    Place("memory", "scores, answers and keys in each server process", (_S, _V), "forgotten within a second", _WITH),
    Place("redis", "scores with their reasons, for an hour after they age", (_S,), "deleted", "ends by itself"),
    Place("exports", "files that viewers and admins took away", (_S, _V), "not with us: the audit says who took which",
          "not with us"),
    Place("documents", "files and their text", (_S,), "never kept: in memory while they are read", "never kept"),
    Place("hosts and cores", "the records themselves, and what a core keeps of its questions", (_S,),
          "not ours: erase it there too", "not ours"),
)  # fmt: skip
