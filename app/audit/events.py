"""The audit's vocabulary: every event, its family, its fields. Names are for ever; add, never rename."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table. Retention goes by `family`; a call gives `required` and nothing but `fields`."""

    family: str
    required: frozenset[str]
    fields: frozenset[str]


def _event(family: str, required: str, optional: str = "") -> Event:
    must = frozenset(required.split())
    return Event(family, must, must | frozenset(optional.split()))


_SESSION = "connection viewer session"
_ITEM = "component capability item"
_FAILURE = "viewer session record component reference capability records path retries"

EVENTS: Mapping[str, Event] = {
    # a host's proof, and what came of it
    "launch.accepted": _event("access", "connection viewer component", "session host origin mode unknown_claims"),
    "launch.refused": _event("access", "connection reason", "reference host component origin unknown_claims"),
    "session.opened": _event("access", f"{_SESSION} component", "host origin mode records"),
    "session.renewed": _event("access", _SESSION, "component"),
    "session.refused": _event("access", "reason", "connection viewer session component record reference origin"),
    "session.ended": _event("access", _SESSION, "component reason"),
    "identity.ended": _event("access", "connection viewer reason"),  # what a sign-in gave us is gone
    # somebody signs in: the click, the host's answer, the viewer's yes or no, the session
    "signin.started": _event("access", "connection component", "origin host"),
    "signin.answered": _event("access", "connection viewer component", "organisation"),
    "signin.connected": _event("access", "connection component", "viewer how"),
    "signin.cancelled": _event("access", "connection viewer component"),
    "signin.completed": _event("access", "connection viewer session component"),
    "signin.refused": _event("access", "reason", "connection reference host"),
    "session.revoked": _event("access", "connection sessions", "viewer component"),  # by an admin, all at once
    "permission.refused": _event("access", f"{_SESSION} record reason", "component reference capability"),
    # what was computed, and who saw it
    "answer.given": _event(
        "decision",
        "connection record decision capability value model version",
        "meaning confidence features_hash purpose arm",
    ),
    "analysis.given": _event(
        "decision",
        "connection record decision capability risk model version",
        "playbook findings facts pages content_hash recipe",
    ),
    "view.shown": _event("decision", f"{_SESSION} record component decision"),
    "view.opened": _event("decision", f"{_SESSION} record component decision"),  # in full, what a badge had shown
    # what went wrong outside
    "core.failed": _event("failure", "connection reason", f"core {_FAILURE}"),
    "core.refused": _event("failure", "connection reason", f"core sample {_FAILURE}"),
    "host.failed": _event("failure", "connection reason", f"host {_FAILURE}"),
    # what people say of what they were shown; never in their own words, which may quote a document
    "review.given": _event(
        "review", f"{_SESSION} record decision verdict", "component capability item severity reason value approval"
    ),
    # `restored`: the verdict that holds again, whose it is, and its value
    "review.undone": _event("review", f"{_SESSION} record decision", f"restored reviewer value {_ITEM}"),
    "thumb.given": _event("review", f"{_SESSION} record decision thumb", "component capability word"),
    "thumb.undone": _event("review", f"{_SESSION} record decision", "component capability"),
    # what a core was told of that, and told to forget
    "feedback.told": _event("review", "connection decision core", "record kind verdict"),
    "feedback.retracted": _event("review", "core"),
    "training.exported": _event("admin", "admin filters how", "connection"),  # decisions with what was said of them
    # what is put into the host's record because of that, or of a score; by fields' names, never what is in them
    "writeback.queued": _event("review", "connection record capability cause", "viewer decision version"),
    "writeback.written": _event("review", "connection record capability cause", "decision version fields reason"),
    "writeback.refused": _event(
        "review", "connection record capability cause reason", "decision version fields reference"
    ),
    "writeback.conflict": _event("review", "connection record capability cause", "decision version fields reason"),
    "writeback.replayed": _event("review", "connection admin records", "record capability"),
    "writeback.left": _event("review", "connection admin records", "record capability"),
    # what waited for a second person; `reviewer` is whose it was. And what was said in vain: of what somebody had
    # changed meanwhile, or by who must not say it
    "review.approved": _event("review", f"{_SESSION} record decision verdict reviewer", f"value {_ITEM}"),
    "review.declined": _event("review", f"{_SESSION} record decision verdict reviewer", f"value {_ITEM}"),
    "review.conflict": _event("review", f"{_SESSION} record decision verdict", f"reason {_ITEM}"),
    "review.refused": _event("review", f"{_SESSION} record decision verdict reason", f"reference {_ITEM}"),
    # what was taken away
    "export.given": _event("decision", f"{_SESSION} record decision how", "component findings"),
    # a file that cannot be read is nobody's failure
    "document.refused": _event("failure", "connection record reason", "capability viewer session reference problem"),
    # who administers, and what they did; an admin is named by `admin`, since a viewer is somebody of a host's
    "admin.linked": _event("admin", "admin role"),
    "admin.entered": _event("admin", "admin role how"),
    "admin.left": _event("admin", "admin", "how"),
    "rollout.set": _event("admin", "connection admin reach", "component percent viewers starts_at"),
    "configuration.changed": _event("admin", "admin revision", "source changes"),
    "configuration.refused": _event("admin", "reason", "admin revision reference"),  # a process could not take it over
    # a subject is gone: never whose name, only how much; and an explanation of a decision, whoever got or wanted it
    "subject.erased": _event("admin", "connection keys rows", "places admin reference"),
    "keys.rotated": _event("admin", "key subjects values", "admin"),
    "decision.explained": _event("access", "connection decision how", "viewer session record admin language"),
    "explanation.refused": _event("access", "reason", "connection viewer session decision record admin reference"),
    "core.tried": _event("admin", "admin capability core", "records"),  # asked by hand; nothing of it is kept
    "configuration.restored": _event("admin", "admin capability revision", "to"),
    "connection.leaving": _event("admin", "connection admin"),  # from now on it is closed, step by step
    "connection.left": _event("admin", "connection admin rows tokens"),  # erased, and forgotten at the host
    "database.restored": _event("admin", "sessions ahead_s"),  # from a backup; what was since then is lost
    "secret.set": _event("admin", "admin name"),  # kept in a file of this machine; by its name, never its value
    "secret.removed": _event("admin", "admin name"),
    "package.given": _event("admin", "connection admin", "host"),  # somebody took what a host's admin installs
    # who looked at the log itself, and what was taken out of it
    "audit.searched": _event("admin", "admin filters", "connection"),
    "audit.exported": _event("admin", "admin filters how", "connection"),
    "audit.purged": _event("admin", "admin family rows seals rule", "connection"),
    "audit.resumed": _event("admin", "since"),  # it could not be written since then; what needed a row was refused
    "alert.tested": _event("admin", "admin"),
    "admin.refused": _event("admin", "reason", "admin connection reference route"),
    # what hosts tell us, and what we do not take from anybody
    "event.accepted": _event("event", "connection", "records event_id how"),
    "event.published": _event("event", "connection records", "broker"),  # a broker of the customer's has them
    "event.repeated": _event("event", "connection", "event_id how"),  # it was taken before; nothing was done
    "event.refused": _event("event", "connection reason", "reference"),
    "subscription.begun": _event("event", "connection"),
    "subscription.renewed": _event("event", "connection"),
    # what an admin did with work that had failed
    "job.replayed": _event("event", "kind jobs", "connection admin"),
    "job.dropped": _event("event", "kind jobs", "connection admin"),
    # services of a customer's, which ask and bring without a viewer; `service` is the actor
    "apikey.created": _event("admin", "connection admin service key", "capabilities fields may expires_at"),
    "apikey.revoked": _event("admin", "connection admin service key"),
    "answer.served": _event("decision", "connection service record decision", "capability proof"),
    "scores.imported": _event(
        "decision",
        "connection service capability batch rows content_hash",
        "models older outdated erased as_of_least as_of_most proof",
    ),
    "import.refused": _event("failure", "connection service reason", "capability batch rows errors reference proof"),
    "service.refused": _event("access", "reason", "connection service reference route proof"),
    "request.refused": _event("access", "reason", "connection viewer session component record reference route status"),
}
