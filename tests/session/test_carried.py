"""What launches carried: by each record's own key, in its own session only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.keys import SealBroken
from tests.world import LEAD, World

FEATURES = {LEAD: {"activity": 2, "revenue": "Carried-Holdings"}}


def test_it_opens_in_its_session_and_with_the_record_s_key_only(world: World) -> None:
    token = world.element_token(connection="acme-carried", features=FEATURES)
    session, carried = world.parts.sessions.load(token), world.parts.sessions._carried
    with world.parts.database.read() as conn:
        sealed = bytes(conn.execute(text("SELECT features FROM sessions WHERE features IS NOT NULL")).scalar_one())
    assert world.parts.sessions.features(session) == carried.open(session, "features", sealed) == FEATURES
    outer = world.parts.sessions._keys.open(sealed, f"features:{session.id}")
    assert b"Carried-Holdings" not in outer  # the deployment's keys alone do not open it
    with pytest.raises(SealBroken):
        carried.open(replace(session, id="another"), "features", sealed)
