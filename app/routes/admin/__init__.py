"""The admin's pages: one module a place, each behind the same door."""

from app.routes.admin import (
    alerts,
    arrival,
    audit,
    configuration,
    editing,
    enter,
    figures,
    hosts,
    imports,
    jobs,
    leaving,
    origins,
    overview,
    rollback,
    rollout,
    secrets,
    sign_in,
    why,
)

_PAGES = (
    enter,
    sign_in,
    overview,
    figures,
    rollout,
    why,
    alerts,
    jobs,
    imports,
    origins,
    rollback,
    leaving,
    audit,
    configuration,
    editing,
    secrets,
    hosts,
    arrival,
)
BLUEPRINTS = tuple(each.blueprint for each in _PAGES)
