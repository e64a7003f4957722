"""The vocabulary: names that are for ever."""

from __future__ import annotations

import re

from app.audit import EVENTS
from app.config.retention import FAMILIES

# A name in an audit log can never be mended. Add here, with a thought; never change or remove a line.
NAMES_FOR_EVER = """
admin.entered admin.left admin.linked admin.refused alert.tested analysis.given answer.given audit.exported
audit.purged audit.resumed audit.searched configuration.changed configuration.refused configuration.restored core.tried
connection.leaving connection.left core.failed core.refused database.restored document.refused event.accepted
event.refused export.given host.failed identity.ended job.dropped job.replayed launch.accepted launch.refused
package.given permission.refused request.refused review.given review.undone rollout.set secret.removed secret.set
session.ended session.opened session.refused session.renewed session.revoked signin.answered signin.cancelled
signin.completed signin.connected signin.refused signin.started subscription.begun subscription.renewed view.shown
writeback.conflict
writeback.left
writeback.queued
writeback.refused
writeback.replayed
writeback.written
decision.explained explanation.refused keys.rotated subject.erased
event.repeated
answer.served
apikey.created
apikey.revoked
import.refused
scores.imported
service.refused
feedback.told
feedback.retracted
thumb.given
thumb.undone
training.exported
view.opened
review.approved
review.conflict
review.declined
review.refused
event.published
"""


def test_no_name_was_changed_or_removed() -> None:
    assert sorted(EVENTS) == sorted(NAMES_FOR_EVER.split())


def test_names_are_of_one_form() -> None:
    for name, event in EVENTS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z]+", name), name
        assert event.family in {"access", "admin", "decision", "failure", "event", "review"}
        assert event.required <= event.fields
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", field) for field in event.fields)


def test_what_is_refused_says_why() -> None:
    for name, event in EVENTS.items():
        if name.endswith((".refused", ".failed")):
            assert "reason" in event.required, name
            assert "reference" in event.fields, name


def test_retention_is_of_the_families_that_there_are() -> None:
    assert {event.family for event in EVENTS.values()} == set(FAMILIES)
