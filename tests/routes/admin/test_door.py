"""The door of the admin's pages: nobody without a session, no form of another's, no role beyond its own."""

from __future__ import annotations

import pytest

from app.admins import Role
from tests.routes.admin._browser import ORIGIN, AdminPages
from tests.world import World


def test_a_stranger_is_asked_to_sign_in_and_told_nothing(shared: World) -> None:
    for path in ("/admin", "/admin/connections/acme", "/admin/connections/no-such"):
        answer = shared.client.get(path)
        assert answer.status_code == 401
        assert "acme.my.salesforce.com" not in answer.text
        assert f'name="wanted" value="{path}"' in answer.text


def test_a_form_needs_the_session_its_proof_and_our_origin(world: World) -> None:
    ada, eve = AdminPages(world), AdminPages(world)
    wrong = (
        world.client.post("/admin/leave", data={"proof": ada.proof}, headers={"Origin": ORIGIN}),
        ada.post("/admin/leave", {"proof": eve.proof}),
        ada.post("/admin/leave", {"proof": ""}),
        ada.post("/admin/leave", Origin="https://evil.example"),
        ada.post("/admin/leave", **{"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        ada.post("/admin/leave", Origin="null"),
        ada.client.post("/admin/leave", data={"proof": ada.proof}),
    )
    assert [answer.status_code for answer in wrong] == [401, 403, 403, 403, 403, 403, 403]
    assert ada.get("/admin").status_code == 200
    # as a browser says it, where a page tells nobody where it comes from
    assert ada.post("/admin/leave", **{"Origin": "null", "Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_connection_of_others_looks_like_none(world: World) -> None:
    ada = AdminPages(world, Role.CONNECTION_ADMIN, ["acme"])
    assert ada.get("/admin/connections/acme").status_code == 200
    other, none = ada.get("/admin/connections/acme-pages"), ada.get("/admin/connections/no-such")
    assert (other.status_code, none.status_code) == (404, 404)
    assert other.text.replace(nonce(other), "") == none.text.replace(nonce(none), "")
    assert "acme-pages" not in ada.get("/admin").text


def test_a_role_that_may_not_is_refused_and_audited(world: World) -> None:
    ada = AdminPages(world, Role.DESIGNER)
    answer = ada.get("/admin")
    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.text
    [row] = world.audited("admin.refused")
    assert (row["admin"], row["route"]) == ("Ada", "/admin")


@pytest.mark.parametrize("path", ["/admin", "/admin/enter", "/admin/connections/acme"])
def test_nobody_may_frame_a_page_and_nothing_runs_in_it_but_our_script(shared: World, path: str) -> None:
    answer = AdminPages(shared).get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert f"script-src 'nonce-{nonce(answer)}'" in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def nonce(answer: object) -> str:
    text: str = answer.text  # type: ignore[attr-defined]
    return text.partition('nonce="')[2].partition('"')[0]
