"""The directory: its tokens are those that our own verification takes, and nothing else buys one of the API's."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from app.demo.library.desk import Desk
from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, OFFICE, TENANT, Tenant
from app.hosts.office import OFFICE as OFFICE_HOST
from app.hosts.sharepoint import SHAREPOINT
from app.launch import LaunchRequest, Record
from tests.demo.library.conftest import LIBRARY, Api
from tests.hosts._proofs import entra

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Published:
    """A key source that reads what the directory publishes."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def discover(self, url: str) -> Any:
        assert url == f"{LIBRARY}/common/v2.0/.well-known/openid-configuration"
        said = self.tenant.discovery()
        return type("Discovery", (), {"issuer": said["issuer"], "jwks_url": said["jwks_uri"]})()

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[RSAKey, ...]:
        assert url == f"{LIBRARY}/common/discovery/v2.0/keys"
        return tuple(RSAKey.import_key(each) for each in self.tenant.keys()["keys"] if each["kid"] == kid)


@pytest.mark.parametrize(("host", "word"), [(SHAREPOINT, False), (OFFICE_HOST, True)])
def test_a_pages_token_opens_a_session_of_its_host(desk: Desk, host: Any, word: bool) -> None:
    base = entra(host.name).connection
    connection = replace(
        base,
        client_id=APP,
        tenants=(TENANT,),
        authority=LIBRARY,
        host_url=LIBRARY,
        origins=(LIBRARY,),
        single_use=False,
    )
    component = base.components[0]
    asked = LaunchRequest(
        desk.token(PEOPLE["zoe"], word=word), component, (Record("driveItem", "b!x:01X"),), LIBRARY, time.time(), "de"
    )
    launch = host.verify(asked, connection, Published(desk.tenant))
    assert launch.viewer.subject == f"{PEOPLE['zoe'].oid}.{TENANT}"
    assert (launch.viewer.name, launch.used_key, launch.unknown_claims) == ("Zoë Müller", "", ())


def test_a_page_gets_the_same_token_until_it_is_nearly_over(desk: Desk) -> None:
    zoe = PEOPLE["zoe"]
    first = desk.tenant.page_token(zoe, now=1_000.0)
    assert desk.tenant.page_token(zoe, now=1_000.0 + 3_500) == first
    assert desk.tenant.page_token(zoe, now=1_000.0 + 3_700) != first
    assert desk.tenant.page_token(zoe, OFFICE, now=1_000.0) != first


def test_the_public_half_only_is_published(desk: Desk) -> None:
    [key] = desk.tenant.keys()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "issuer"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "guess"}, 401, 7000215),
        ({"client_id": "other"}, 400, 700016),
        ({"grant_type": "password"}, 400, 70003),
        ({"scope": "https://elsewhere.example/.default"}, 400, 70011),
        ({"scope": ""}, 400, 70011),
        ({"grant_type": JWT_BEARER, "requested_token_use": "on_behalf_of", "assertion": "x"}, 400, 500133),
        ({"grant_type": JWT_BEARER, "assertion": "x"}, 400, 70003),
    ],
)
def test_what_buys_no_token(api: Api, change: dict[str, str], status: int, code: int) -> None:
    form = {"grant_type": "client_credentials", "scope": f"{LIBRARY}/.default", **change}
    answer = api.token(**form)
    assert (answer.status_code, answer.json["error_codes"]) == (status, [code])


def test_tokens_speak_for_whom_they_were_made(desk: Desk, api: Api) -> None:
    assert desk.tenant.bearer(api.viewer_token("sam")).person == PEOPLE["sam"]  # type: ignore[union-attr]
    assert desk.tenant.bearer(api.app_token()).roles == ("Sites.Selected",)  # type: ignore[union-attr]
    assert desk.tenant.bearer(desk.token(PEOPLE["sam"])) is None  # for our app, not for the API
    assert desk.tenant.bearer(api.viewer_token("sam"), now=time.time() + 4_000) is None
    assert desk.tenant.bearer("") is None
