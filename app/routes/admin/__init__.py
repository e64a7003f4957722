"""The admin's pages: one module a place, each behind the same door."""

from app.routes.admin import enter, overview

BLUEPRINTS = (enter.blueprint, overview.blueprint)
