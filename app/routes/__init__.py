"""HTTP only: parse, call one station, answer. One module a family of addresses; `BLUEPRINTS` lists them."""

from __future__ import annotations

from app.routes import components, embed, events, launch, session, status

BLUEPRINTS = (
    launch.blueprint,
    session.blueprint,
    components.blueprint,
    events.blueprint,
    embed.blueprint,
    status.blueprint,
)
