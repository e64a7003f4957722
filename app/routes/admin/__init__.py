"""The admin's pages: one module a place, each behind the same door."""

from app.routes.admin import configuration, decisions, enter, figures, overview, rollout, sign_in, why

BLUEPRINTS = tuple(
    each.blueprint for each in (enter, sign_in, overview, figures, rollout, why, configuration, decisions)
)
