"""The admin's pages: one module a place, each behind the same door."""

from app.routes.admin import (
    alerts,
    configuration,
    enter,
    figures,
    imports,
    jobs,
    origins,
    overview,
    rollout,
    sign_in,
    why,
)

_PLACES = (enter, sign_in, overview, figures, rollout, why, alerts, jobs, imports, origins, configuration)
BLUEPRINTS = tuple(each.blueprint for each in _PLACES)
