"""Coming in and going out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.admins import Role
from app.application import create_app
from tests.routes.admin._browser import COOKIE, ORIGIN, AdminPages
from tests.world import World, running


def test_a_link_opens_a_session_in_a_cookie_that_scripts_and_other_sites_do_not_get(world: World) -> None:
    code = world.parts.admins.link("Ada", Role.OPERATOR)
    answer = world.client.post("/admin/enter", data={"code": code}, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
    cookie = answer.headers["Set-Cookie"]
    for word in (f"{COOKIE}=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_a_whole_link_may_be_pasted(world: World) -> None:
    code = world.parts.admins.link("Ada", Role.OPERATOR)
    pasted = {"code": f" https://inlay.example.com/admin/enter#{code}\n"}
    assert world.client.post("/admin/enter", data=pasted, headers={"Origin": ORIGIN}).status_code == 303


def test_a_look_at_the_link_uses_nothing_up(world: World) -> None:
    code = world.parts.admins.link("Ada", Role.OPERATOR)
    assert code not in world.client.get("/admin/enter").text
    assert world.client.post("/admin/enter", data={"code": code}, headers={"Origin": ORIGIN}).status_code == 303


def test_a_used_link_says_so_and_what_to_do(world: World) -> None:
    answer = world.client.post("/admin/enter", data={"code": "x"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 403
    assert "Make a new one" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_another_site_cannot_sign_anybody_in(world: World) -> None:
    code = world.parts.admins.link("Ada", Role.OPERATOR)
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = world.client.post("/admin/enter", data={"code": code}, headers=headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_guesses_are_slowed_down(world: World) -> None:
    for _ in range(3):
        world.client.post("/admin/enter", data={"code": "x"}, headers={"Origin": ORIGIN})
    limit = world.settings.server.limit_refused
    spent = world.parts.limits
    for _ in range(limit.amount):
        spent._limiter.hit(limit, "refusals", "127.0.0.1")
    code = world.parts.admins.link("Ada", Role.OPERATOR)
    answer = world.client.post("/admin/enter", data={"code": code}, headers={"Origin": ORIGIN})
    assert answer.status_code == 429


def test_going_on_leads_to_pages_of_ours_only(world: World) -> None:
    for wanted, leads in (
        ("/admin/connections/acme", "/admin/connections/acme"),
        ("https://evil.example/", "/admin"),
        ("//evil.example/", "/admin"),
        ("/administrator", "/admin"),
    ):
        form = {"code": world.parts.admins.link("Ada", Role.OPERATOR), "wanted": wanted}
        answer = world.client.post("/admin/enter", data=form, headers={"Origin": ORIGIN})
        assert answer.headers["Location"] == leads


@pytest.mark.parametrize("role", Role)
def test_leaving_ends_the_session(world: World, role: Role) -> None:
    ada = AdminPages(world, role)
    assert ada.get("/admin").status_code in (200, 403)
    assert ada.post("/admin/leave").status_code == 303
    ada.client.set_cookie(COOKIE, ada.token, domain="localhost")  # whoever kept the cookie
    assert ada.get("/admin").status_code == 401


def test_one_click_lets_in_only_where_it_is_set(world: World) -> None:
    form, headers = {"one_click": "yes"}, {"Origin": ORIGIN}
    assert world.client.post("/admin/enter", data=form, headers=headers).status_code == 403
    assert "Come in" not in world.client.get("/admin/enter").text
    settings = replace(world.settings, admin=replace(world.settings.admin, one_click=True))
    with running(settings, world.clock) as (parts, _):
        client = create_app(parts).test_client()
        assert "Come in" in client.get("/admin").text
        assert client.post("/admin/enter", data=form).status_code == 403
        assert client.post("/admin/enter", data=form, headers=headers).status_code == 303
    assert world.audited("admin.entered")[-1]["how"] == "one-click"
