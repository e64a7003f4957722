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
    """This process can audit, so it may show panels. A core that is away does not make it unready."""
    try:
        with parts().database.read() as conn:
            conn.exec_driver_sql("SELECT value FROM epoch")
    except StoreUnavailable:
        response = jsonify({"status": "unavailable", "database": "away"})
        response.status_code = 503
        return response
    return jsonify({"status": "ok", "database": "ok"})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus' text format, of this process."""
    p = parts()
    p.metrics.gauge("epoch", p.epochs.current())
    with contextlib.suppress(StoreUnavailable):  # the rest is worth having without it
        for state, jobs in depth(p.database, p.clock()).items():
            p.metrics.gauge("jobs_depth", jobs, state=state)
    body, content_type = p.metrics.render()
    return Response(body, content_type=content_type)
