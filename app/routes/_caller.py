"""What routes for services share: who calls, and how often they may."""

from __future__ import annotations

from functools import partial

from flask import request

from app.errors import CallerUnknown
from app.machines.callers import Caller
from app.web.parts import parts
from app.web.refusals import charge, require_patience


def caller() -> Caller:
    """The service whose key or token the Authorization header brings. A key in an address is never looked at.

    Raises CallerUnknown, RateLimited for an address that sent too much of what is none, and what keys and tokens need.
    """
    p = parts()
    scheme, _, proof = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer" or not proof:
            raise CallerUnknown(reason="proof-missing")
        found = p.callers.load(proof.strip())
    except CallerUnknown as error:
        charge(p)
        require_patience(p)
        route = request.url_rule.rule if request.url_rule else ""
        write = partial(p.audit.write, "service.refused", connection="", reason=error.reason)
        error.reference = p.echoes.once(
            "service", error.reason,
            write=lambda reference: write(reference=reference, detail={"service": "", "route": route}),
        )  # fmt: skip
        raise
    p.limits.spend_service(p.connections.get(found.connection).settings, found.service)
    return found
