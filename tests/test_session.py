"""Sessions: bound, sealed, ended; what a token holds and what it does not."""

from __future__ import annotations

import base64
import json

import pytest

from app.bearer import read, write
from app.errors import SessionExpired, SessionInvalid
from app.launch import Record
from tests.world import LEAD, World


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_a_token_names_what_the_launch_proved_and_no_secret(world: World) -> None:
    token = world.frame_token(token="the-viewers-own-token")
    said = claims(token)
    assert (said["con"], said["cmp"], said["rec"], said["mod"]) == ("acme", "score-badge", [LEAD], "frame")
    assert said["exp"] == world.clock.now + 600
    assert "the-viewers-own-token" not in json.dumps(said)


def test_a_session_survives_its_own_token(world: World) -> None:
    token = world.element_token(records=[], record=[LEAD, "Lead/2"], features={"Lead/2": {"activity": 1}}, fields=["x"])
    session = world.parts.sessions.load(token)
    assert session.carried == {Record("Lead", "2")}
    assert read(write(session)) == session


@pytest.mark.parametrize("change", [{"rec": "x"}, {"rec": None}, {"car": [7]}, {"att": ["world"]}, {"sid": ...}])
def test_claims_of_another_shape_are_no_session(world: World, change: dict[str, object]) -> None:
    said = write(world.parts.sessions.load(world.frame_token())) | change
    with pytest.raises(SessionInvalid):
        read({name: value for name, value in said.items() if value is not ...})


def test_what_is_held_is_sealed_for_its_session_only(world: World) -> None:
    one, two = (world.parts.sessions.load(world.frame_token(token=name)) for name in ("first", "second"))
    assert world.parts.sessions.host_identity(one).token == "first"
    assert "first" not in repr(world.parts.sessions.host_identity(one))
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql(
            "UPDATE sessions SET host_token = (SELECT host_token FROM sessions WHERE id = ?) WHERE id = ?",
            (two.id, one.id),
        )
    with pytest.raises(Exception, match="can no longer be read"):
        world.parts.sessions.host_identity(one)


def test_features_that_were_carried_come_back(world: World) -> None:
    token = world.element_token(features={LEAD: {"activity": 3}}, connection="acme-carried")
    session = world.parts.sessions.load(token)
    assert world.parts.sessions.features(session) == {LEAD: {"activity": 3}}
    world.parts.sessions.end(session)
    with pytest.raises(SessionExpired):
        world.parts.sessions.features(session)


def test_a_loaded_session_costs_no_query(world: World) -> None:
    token = world.frame_token()
    with world.another() as other:
        other.parts.sessions.load(token)
        with other.parts.database.begin() as conn:
            conn.exec_driver_sql("ALTER TABLE sessions RENAME TO gone")
        other.parts.sessions.load(token)


def test_an_event_cannot_use_up_a_launch(world: World) -> None:
    """Hosts choose both names: they are kept apart."""
    world.event(LEAD, name="same-name", connection="acme")
    with world.parts.database.read() as conn:
        before = conn.exec_driver_sql("SELECT count(*) FROM used_launches").scalar_one()
    assert world.exchange(jti="event:same-name").status_code == 200
    assert before == 1
