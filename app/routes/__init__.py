"""HTTP only: parse, call one station, answer. One module a family of addresses; `BLUEPRINTS` lists them."""

from __future__ import annotations

from app.routes import (
    admin,
    components,
    decisions,
    docs,
    embed,
    events,
    exports,
    home,
    launch,
    oauth,
    pages,
    preview,
    preview_panels,
    preview_wire,
    reports,
    reviews,
    scores,
    session,
    status,
    voices,
)

BLUEPRINTS = (
    home.blueprint,
    launch.blueprint,
    oauth.blueprint,
    session.blueprint,
    components.blueprint,
    reviews.blueprint,
    voices.blueprint,
    exports.blueprint,
    decisions.blueprint,
    scores.blueprint,
    docs.blueprint,
    events.blueprint,
    embed.blueprint,
    pages.blueprint,
    reports.blueprint,
    status.blueprint,
    *admin.BLUEPRINTS,
)
# Registered only where the preview is switched on.
PREVIEW = (preview.blueprint, preview_panels.blueprint, preview_wire.blueprint)
