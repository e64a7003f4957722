"""Signing in through a provider, as the browser sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.admins import Admins
from app.admins.sign_in import AdminSignIn
from app.application import create_app
from app.config import AdminSettings
from app.keys import Keyring
from tests.routes._window import stage
from tests.world import World


def test_a_browser_goes_and_comes_back_signed_in(tmp_path: Path) -> None:
    with stage(tmp_path) as made:
        there, world = made.there, made.world
        there.claims["sub"] = "248289761001"
        settings = AdminSettings(sign_in=there.connection.name, roles={"248289761001": "operator"})
        keyring, url = Keyring.from_secrets([b"k" * 32]), "https://inlay.example.com"
        end = AdminSignIn(settings, world.parts.connections, keyring, there.call, there.keys, url, world.clock)
        admins = Admins(world.parts.database, world.parts.audit, world.clock, settings)
        whole = replace(world.settings, admin=settings)
        parts = replace(world.parts, settings=whole, admins=admins, admin_sign_in=end)
        client = create_app(parts).test_client()
        assert "/admin/sign-in" in client.get("/admin").text
        away = client.get("/admin/sign-in")
        said = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["Location"]).query).items()}
        there.challenge, there.redirect_uri, there.claims["nonce"] = (
            said["code_challenge"], said["redirect_uri"], said.get("nonce", ""),
        )  # fmt: skip
        kept = away.headers["Set-Cookie"].partition(";")[0]
        back = f"/admin/callback?state={said['state']}&code={there.code}"
        stranger = create_app(parts).test_client().get(back)
        assert stranger.status_code == 403
        assert world.audited("admin.refused")[-1]["reference"] in stranger.text
        answer = client.get(back, headers={"Cookie": kept})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
        session = answer.headers.getlist("Set-Cookie")[0].partition(";")[0]
        assert client.get("/admin", headers={"Cookie": session}).status_code == 200
        assert world.audited("admin.entered")[-1]["how"] == there.connection.name


def test_where_it_is_not_set_up_the_page_says_how_to_come_in(shared: World) -> None:
    answer = shared.client.get("/admin/sign-in")
    assert answer.status_code == 404
    assert "inlay admin link" in answer.text
