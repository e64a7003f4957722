"""Work that nobody waits for: one module a kind of job; the table is in `db/`, the running here.

`handlers` lists them, one line each. A handler is idempotent: a job is run at least once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from app.analysis.work import AnalysisWork
from app.audit.sealer import Sealer
from app.connections import Connections
from app.events.changed import Changed
from app.events.publishing.imported import ImportedScores
from app.events.subscriber import Subscriber
from app.health.alerts.watch import Watch
from app.jobs import (
    alert,
    analyse,
    announce,
    changes,
    feedback,
    leave,
    rescore,
    revoke,
    schedule,
    score,
    seal,
    subscribe,
    told,
    warm,
    watch,
    write_back,
)
from app.jobs._leases import LEASE_S
from app.jobs._runner import Handler, Runner
from app.leaving import Leaving
from app.review.feedback import Feedback
from app.review.write_back.writer import Writer
from app.scoring import Scoring
from app.scoring.ahead import Ahead
from app.session.identities import Identities

__all__ = ["LEASE_S", "Handler", "Runner", "handlers"]


def handlers(
    *,
    connections: Connections,
    scoring: Scoring,
    identities: Identities,
    work: AnalysisWork,
    subscriber: Subscriber,
    ahead: Ahead,
    sealer: Sealer,
    leaving: Leaving,
    alerts: Watch,
    changed: Changed,
    to_cores: Feedback,
    writer: Writer,
    imported: ImportedScores,
) -> Mapping[str, Handler]:
    """What runs each kind of job; which share threads is said in `_lanes.py`."""
    return {
        "alert": partial(alert.handle, alerts),
        "analyse": partial(analyse.handle, work),
        "announce": partial(announce.handle, imported),
        "changes": partial(changes.handle, subscriber),
        "feedback": partial(feedback.handle, to_cores),
        "leave": partial(leave.handle, leaving),
        "rescore": partial(rescore.handle, connections, scoring),
        "revoke": partial(revoke.handle, identities),
        "schedule": partial(schedule.handle, ahead),
        "score": partial(score.handle, ahead),
        "seal": partial(seal.handle, sealer),
        "subscribe": partial(subscribe.handle, subscriber),
        "told": partial(told.handle, changed),
        "warm": partial(warm.handle, ahead),
        "watch": partial(watch.handle, alerts),
        "write_back": partial(write_back.handle, writer),
    }
