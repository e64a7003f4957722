"""Sessions: bound, sealed, ended; what a token holds and what it does not."""

from __future__ import annotations

import base64
import contextlib
import json
import zlib

import pytest
from sqlalchemy import insert

from app.db.schema import sessions
from app.errors import SessionExpired, SessionInvalid, StoreUnavailable
from app.hosts._sign_in import HostTokens
from app.launch import Record
from app.session import Sessions
from app.session.bearer import LIKELY, SESSION_LIFE_S, for_work, read, write
from app.session.memory import Memory
from app.session.revoking import revoke
from tests.world import LEAD, World


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    packed = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    decoded: dict[str, object] = json.loads(zlib.decompressobj(-zlib.MAX_WBITS, zdict=LIKELY).decompress(packed))
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


@pytest.mark.parametrize(
    "change", [{"rec": "x"}, {"rec": None}, {"rec": [None]}, {"car": [7]}, {"att": ["world"]}, {"sid": ...}]
)
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
    with world.another() as other, pytest.raises(Exception, match="can no longer be read"):
        other.parts.sessions.host_identity(one)


def test_a_viewers_token_is_at_hand_where_the_session_was_opened_and_gone_when_it_ends(world: World) -> None:
    one, two = (world.parts.sessions.load(world.frame_token(token=name)) for name in ("first", "second"))
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("UPDATE sessions SET host_token = NULL")
    assert world.parts.sessions.host_identity(one).token == "first"
    world.parts.sessions.end(one)
    with pytest.raises(SessionExpired):
        world.parts.sessions.host_identity(one)
    revoke(world.parts.database, world.parts.audit, "acme", "", "", world.clock.now)
    world.parts.epochs.look()
    with pytest.raises(SessionExpired):
        world.parts.sessions.host_identity(two)


def test_a_sign_in_that_came_to_its_own_end_is_told_with_a_later_launch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.session.PRUNE_EACH", 1)
    with world.signing_in() as here:
        here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        here.clock.now += SESSION_LIFE_S
        here.frame_token()
        assert here.audited("identity.ended") == []
        here.clock.now += 1
        here.frame_token()
        assert [row["reason"] for row in here.audited("identity.ended")] == ["life-over"]
        assert here.run_jobs() == 1


def test_a_session_and_a_sign_ins_tokens_are_kept_together_or_not_at_all(world: World) -> None:
    with world.signing_in() as here:
        token = here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        session = here.parts.sessions.load(token)
        found = here.parts.sessions.host_identity(session)
        assert (found.token, found.url, found.signed_in) == ("signed-in", here.api.url, True)
        with contextlib.suppress(ZeroDivisionError), here.parts.database.begin() as conn:
            here.signed_in(HostTokens("another", here.clock.now + 600), within=conn)
            raise ZeroDivisionError
        assert here.parts.sessions.host_identity(session).token == "signed-in"
        assert len(here.audited("session.opened")) == 1


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


# --- revocation ---


def ended_by(world: World, viewer: str = "", component: str = "", connection: str = "acme") -> int:
    """As `inlay revoke` does it: beside the servers, over the database alone."""
    database = world.parts.database
    return revoke(database, world.parts.audit, connection, viewer, component, world.clock.now)


def over(world: World, token: str) -> bool:
    world.parts.epochs.look()
    try:
        world.parts.sessions.load(token)
    except SessionExpired as error:
        return error.reason in {"revoked", "ended"}
    return False


def test_a_revocation_ends_what_it_names_in_every_process_and_after_a_restart(world: World) -> None:
    zoe, card = world.frame_token(), world.frame_token(component="score-card")
    yan, guest = world.frame_token(user="005AB000009ZzZzYAK"), world.element_token()
    with world.another() as other:
        for each in (world, other):
            assert not any(over(each, token) for token in (zoe, card, yan, guest))
        assert ended_by(world, viewer="005AB000001ZzZzYAK", component="score-badge") == 1
        for each in (world, other):
            assert [over(each, token) for token in (zoe, card, yan, guest)] == [True, False, False, False]
        assert ended_by(world, viewer="005AB000001ZzZzYAK") == 1
        for each in (world, other):
            assert [over(each, token) for token in (zoe, card, yan, guest)] == [True, True, False, False]
        assert ended_by(world) == 1
        for each in (world, other):
            assert [over(each, token) for token in (zoe, card, yan, guest)] == [True, True, True, False]
    with world.another() as restarted:
        assert [over(restarted, token) for token in (zoe, card, yan, guest)] == [True, True, True, False]


def test_a_revoked_session_shows_nothing_and_is_not_renewed(world: World) -> None:
    token = world.frame_token()
    assert world.badge(token).status_code == 200
    ended_by(world)
    world.parts.epochs._read_at -= 0.25  # the next look is due
    for answer in (world.badge(token), world.client.post("/session/renew", data={"token": token})):
        assert (answer.status_code, answer.json["code"]) == (401, "session-expired")


def test_a_revocation_wipes_the_hosts_tokens_and_is_audited(world: World) -> None:
    world.frame_token()
    world.frame_token(user="005AB000009ZzZzYAK")
    assert ended_by(world, viewer="005AB000001ZzZzYAK") == 1
    with world.parts.database.read() as conn:
        rows = conn.exec_driver_sql("SELECT viewer, host_token IS NULL FROM sessions ORDER BY viewer").all()
    assert rows == [("005AB000001ZzZzYAK", 1), ("005AB000009ZzZzYAK", 0)]
    [row] = world.audited("session.revoked")
    assert (row["connection"], row["viewer"], row["component"], row["sessions"]) == (
        "acme",
        "005AB000001ZzZzYAK",
        None,
        1,
    )


def test_who_launches_again_after_a_revocation_is_in(world: World) -> None:
    world.frame_token()
    ended_by(world)
    world.clock.now += 1
    assert not over(world, world.frame_token())


def test_a_session_that_was_being_opened_meanwhile_is_over_too(world: World) -> None:
    """Its row came after the revocation looked for rows; the moment of its opening is what counts."""
    token = world.frame_token()
    with world.parts.database.begin() as conn:
        rows = conn.exec_driver_sql("SELECT * FROM sessions").mappings().all()
        conn.exec_driver_sql("DELETE FROM sessions")
    ended_by(world)
    with world.parts.database.begin() as conn:
        conn.execute(insert(sessions), [dict(row) for row in rows])
    assert over(world, token)
    with world.another() as restarted:
        assert over(restarted, token)


def test_what_was_revoked_while_it_was_read_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a machine whose clock is behind: the moment that it names does not tell that this session is meant."""
    token = world.frame_token()
    with world.another() as other:
        read = Sessions._held

        def and_revoked(self: Sessions, session_id: str) -> object:
            found = read(self, session_id)
            monkeypatch.setattr(Sessions, "_held", read)
            world.clock.now -= 60
            ended_by(world)
            world.clock.now += 60
            other.parts.epochs.look()
            return found

        monkeypatch.setattr(Sessions, "_held", and_revoked)
        over(other, token)
        assert over(other, token)


def test_a_revocation_that_cannot_be_audited_does_not_happen(world: World) -> None:
    token = world.frame_token()
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    with pytest.raises(StoreUnavailable):
        ended_by(world)
    assert not over(world, token)


def test_a_session_that_ended_has_ended_however_many_end_after_it() -> None:
    """For as long as its token lives: whoever answers from memory asks nobody else."""
    memory, first = Memory(), for_work("first", "acme", "zoe", "score-badge", 0.0)
    for each in (first.id, *(f"other-{n}" for n in range(60_000))):
        memory.end(each)
    assert memory.has_ended(first)
    assert not memory.has_ended(for_work("none of them", "acme", "zoe", "score-badge", 0.0))
