"""The admin's pages: one module a place, each behind the same door."""

from app.routes.admin import enter, overview, rollout, sign_in, why

BLUEPRINTS = (enter.blueprint, sign_in.blueprint, overview.blueprint, rollout.blueprint, why.blueprint)
