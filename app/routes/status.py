"""Liveness, readiness and metrics: for machines, told nothing about anybody."""

from __future__ import annotations

import contextlib

from flask import Blueprint, Response, jsonify

from app.db.jobs import depth
from app.errors import StoreUnavailable
from app.web.parts import parts

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """This process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """This process can audit, so it may show panels. A core that is away does not make it unready.

    A database that can be read but not written (a full disk, a standby) is as good as none: nothing can be audited.
    """
    if parts().node.is_draining:
        return _unready("draining", database="ok")
    try:
        with parts().database.read() as conn:
            conn.exec_driver_sql("SELECT value FROM epoch")
    except StoreUnavailable:
        return _unready("unavailable", database="away")
    try:
        parts().audit.require_writable()
    except StoreUnavailable:
        return _unready("unavailable", database="not writable")
    if not parts().subject_keys.are_there():
        return _unready("unavailable", database="ok", keys="away")  # no input could be kept, so nothing new is shown
    return jsonify({"status": "ok", "database": "ok"})


def _unready(status: str, **parts: str) -> Response:
    response = jsonify({"status": status, **parts})
    response.status_code = 503
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus' text format, of all processes of this node."""
    p = parts()
    p.metrics.gauge("epoch", p.epochs.current())
    p.metrics.gauge("processes", p.node.alive())
    with contextlib.suppress(StoreUnavailable):  # the rest is worth having without it
        for state, jobs in depth(p.database, p.clock()).items():
            p.metrics.gauge("jobs_depth", jobs, state=state)
        p.metrics.gauge("audit_seal_overdue_seconds", p.sealer.overdue_s())
        for state, records in p.write_backs.standing().items():
            p.metrics.gauge("write_backs_standing", records, state=state)
    body, content_type = p.metrics.render()
    return Response(body, content_type=content_type)
