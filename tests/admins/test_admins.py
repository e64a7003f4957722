"""Who administers: a link lets in once, a session ends, and a role may do what it may and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.admins import LINK_S, ONE_CLICK, SESSION_S, Act, Admin, Admins, Role
from app.config import AdminSettings
from app.errors import SessionExpired, SessionInvalid, SignInOver
from tests.world import World


@pytest.fixture
def admins(world: World) -> Admins:
    return world.parts.admins


def test_a_link_lets_in_once(admins: Admins) -> None:
    code = admins.link("Ada", Role.OPERATOR)
    admin = admins.load(admins.enter(code))
    assert (admin.name, admin.role, admin.connections) == ("Ada", Role.OPERATOR, frozenset())
    with pytest.raises(SignInOver):
        admins.enter(code)


def test_a_link_ends_after_a_quarter_of_an_hour(admins: Admins, world: World) -> None:
    code = admins.link("Ada", Role.OPERATOR)
    world.clock.now += LINK_S
    with pytest.raises(SignInOver):
        admins.enter(code)


@pytest.mark.parametrize("code", ["", "x", "\ud800", "a" * 10_000])
def test_a_guess_lets_nobody_in(admins: Admins, code: str) -> None:
    with pytest.raises(SignInOver):
        admins.enter(code)
    with pytest.raises(SessionInvalid):
        admins.load(code)


def test_a_session_ends_by_itself_and_at_once_when_it_is_left(admins: Admins, world: World) -> None:
    one, other = (admins.enter(admins.link("Ada", Role.OPERATOR)) for _ in range(2))
    admins.leave(one)
    with pytest.raises(SessionExpired):
        admins.load(one)
    world.clock.now += SESSION_S - 1
    admins.load(other)
    world.clock.now += 1
    with pytest.raises(SessionExpired):
        admins.load(other)


def test_whoever_signed_in_may_what_the_configuration_of_now_says(admins: Admins, world: World) -> None:
    """A role that is taken back is gone at once, also from who is signed in: they could give it to themselves again."""
    token = admins.open("Ada", Role.OPERATOR, (), "crm", "ada-1")
    settings = AdminSettings(sign_in="crm", roles={"ada-1": "auditor"}, only={"ada-1": ("acme",)})

    def loaded(**changed: object) -> Admin:
        parts = world.parts
        return Admins(parts.database, parts.audit, world.clock, replace(settings, **changed)).load(token)  # type: ignore[arg-type]

    assert (loaded().role, loaded().connections) == (Role.AUDITOR, {"acme"})
    assert loaded(roles={"ada-1": "operator"}, only={}).may(Act.OPERATE)
    for gone in ({"roles": {"eve-1": "operator"}, "only": {}}, {"sign_in": "other"}, {"sign_in": ""}):
        with pytest.raises(SessionExpired):
            loaded(**gone)


def test_a_click_lets_in_for_as_long_as_it_may(admins: Admins, world: World) -> None:
    token = admins.open("you", Role.OPERATOR, (), ONE_CLICK)
    with pytest.raises(SessionExpired):
        admins.load(token)
    parts = world.parts
    assert Admins(parts.database, parts.audit, world.clock, AdminSettings(one_click=True)).load(token)


def test_what_is_kept_lets_nobody_in(admins: Admins, world: World) -> None:
    """Whoever reads the database holds no link and no session."""
    code = admins.link("Ada", Role.OPERATOR)
    token = admins.enter(admins.link("Ada", Role.OPERATOR))
    with world.parts.database.read() as conn:
        kept = [str(tuple(row)) for table in ("admin_links", "admin_sessions", "audit") for row in
                conn.exec_driver_sql(f"SELECT * FROM {table}")]  # fmt: skip
    assert kept
    assert not [row for row in kept if code in row or token in row]
    assert admins.load(token).proof not in str(kept)


def test_every_step_is_audited(admins: Admins, world: World) -> None:
    admins.leave(admins.enter(admins.link("Ada", Role.AUDITOR, ["acme"])))
    for event in ("admin.linked", "admin.entered", "admin.left"):
        [row] = world.audited(event)
        assert row["admin"] == "Ada"


@pytest.mark.parametrize(
    ("role", "watch", "change", "operate", "audit", "design"),
    [
        (Role.OPERATOR, True, True, True, True, True),
        (Role.CONNECTION_ADMIN, True, True, False, False, False),
        (Role.AUDITOR, True, False, False, True, False),
        (Role.DESIGNER, False, False, False, False, True),
    ],
)
def test_what_a_role_may_do(role: Role, watch: bool, change: bool, operate: bool, audit: bool, design: bool) -> None:
    admin = Admin("Ada", role)
    assert [admin.may(act) for act in Act] == [watch, change, operate, audit, design]


def test_who_looks_after_some_connections_may_do_nothing_to_others_nor_to_the_whole() -> None:
    admin = Admin("Ada", Role.CONNECTION_ADMIN, frozenset({"acme"}))
    assert admin.may(Act.CHANGE, "acme")
    assert not admin.may(Act.CHANGE, "other")
    assert not admin.may(Act.CHANGE)
    assert admin.may_somewhere(Act.CHANGE)
