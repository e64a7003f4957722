"""What an access token means as a launch, and where its keys are looked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import HostUnavailable, LaunchRefused
from app.hosts import HOSTS
from app.hosts._entra import PERSONAL, verifier
from app.hosts._keys import KeySets
from app.launch import Attest, Launch
from app.net.door import Request, Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import APP, CLOCK, OTHER_TENANT, PAGE, TENANT, V1, V2, ZOE, entra, published

verify = HOSTS["teams"].verify


def launched(builder: Any) -> Launch:
    return verify(builder.attempt().request(), builder.connection, builder.keys)


def test_a_viewer_is_tenant_and_object_whatever_else_changes() -> None:
    launch = launched(entra("teams"))
    renamed = launched(entra("teams").said("preferred_username", "other@contoso.example").said("sub", "other"))
    v1 = launched(entra("teams").v1())
    assert {each.viewer.subject for each in (launch, renamed, v1)} == {f"{ZOE}.{TENANT}"}
    assert (launch.viewer.name, launch.viewer.roles, launch.viewer.locale) == ("Zoë Müller", ("Sales",), "en")


def test_one_object_id_in_two_tenants_is_two_viewers() -> None:
    builder = entra("teams")
    both = replace(builder, connection=replace(builder.connection, tenants=(TENANT, OTHER_TENANT)))
    other = both.said("tid", OTHER_TENANT).said("iss", V2.replace("{tenantid}", OTHER_TENANT))
    assert launched(both).viewer.subject != launched(other).viewer.subject


def test_records_are_the_pages_word_and_nothing_is_attested_but_the_viewer() -> None:
    builder = entra("teams").asked(records=("driveItem/b!x:01X", "driveItem/b!x:01Y"))
    launch = launched(builder)
    assert [str(record) for record in launch.records] == ["driveItem/b!x:01X", "driveItem/b!x:01Y"]
    assert launch.attests == {Attest.VIEWER}
    assert (launch.origin, launch.host_url, launch.fields) == (PAGE, "https://graph.microsoft.com", None)
    assert launch.host_token == builder.proof()


def test_the_browsers_language_stands_in_for_the_tokens() -> None:
    request = replace(entra("teams").attempt().request(), locale="de-AT")
    assert verify(request, entra("teams").connection, entra("teams").keys).viewer.locale == "de-AT"


def test_the_origin_is_the_browsers_word_from_the_list() -> None:
    assert launched(entra("teams").asked(origin="https://contoso-my.sharepoint.com")).origin.endswith(
        "-my.sharepoint.com"
    )
    assert launched(entra("teams").asked(origin="null")).origin == PAGE


def test_a_token_is_used_once_unless_the_connection_says_otherwise() -> None:
    builder = entra("teams")
    once, again = launched(builder), launched(builder)
    assert once.used_key == again.used_key != launched(builder.said("uti", "another")).used_key
    assert once.used_until >= CLOCK + 3900 + 300
    free = replace(builder, connection=replace(builder.connection, single_use=False))
    assert launched(free).used_key == ""


def test_a_personal_account_is_refused_even_when_its_tenant_is_listed() -> None:
    builder = entra("teams").said("tid", PERSONAL).said("iss", V2.replace("{tenantid}", PERSONAL))
    listed = replace(builder, connection=replace(builder.connection, tenants=(PERSONAL,)))
    with pytest.raises(LaunchRefused) as refusal:
        launched(listed)
    assert refusal.value.reason == "tenant-personal"


def test_an_empty_scope_or_app_matches_nothing() -> None:
    for change in ({"scope": ""}, {"client_id": ""}):
        builder = entra("teams").said("aud", "").said("scp", "")
        with pytest.raises(LaunchRefused):
            launched(replace(builder, connection=replace(builder.connection, **change)))


def directory(authority: str, issuer: str) -> Any:
    """A directory's documents: each version's, and one set of keys."""

    def call(request: Request) -> Response:
        if request.url.endswith("/keys"):
            return answer({"keys": [published("rs"), published("rs-all"), published("rs-other")]})
        version = "/v2.0" if "/v2.0/" in request.url else ""
        return answer({"issuer": issuer if version else V1, "jwks_uri": f"{authority}/discovery{version}/keys"})

    return call


@pytest.mark.parametrize("authority", ["", "https://login.microsoftonline.us"])
def test_each_version_has_its_document_at_the_connections_authority(authority: str) -> None:
    base = authority or "https://login.microsoftonline.com"
    issuer = f"{base}/{{tenantid}}/v2.0"
    door = ScriptedDoor(directory(base, issuer))
    builder = entra("teams").headed(kid="rs").said("iss", issuer.replace("{tenantid}", TENANT))
    builder = replace(builder, connection=replace(builder.connection, authority=authority))
    keys = KeySets(door)
    for each in (builder, builder, entra("teams").v1().headed(kid="rs")):
        verify(each.attempt().request(), builder.connection, keys)
    assert [request.url for request in door.asked] == [
        f"{base}/common/v2.0/.well-known/openid-configuration",
        f"{base}/discovery/v2.0/keys",
        f"{base}/common/.well-known/openid-configuration",
        f"{base}/discovery/keys",
    ]


def test_another_clouds_token_is_refused() -> None:
    """Same tenant, same app, a key of the same name: but another cloud's issuer."""
    door = ScriptedDoor(
        directory("https://login.microsoftonline.us", "https://login.microsoftonline.us/{tenantid}/v2.0")
    )
    builder = entra("teams").headed(kid="rs")
    connection = replace(builder.connection, authority="https://login.microsoftonline.us")
    with pytest.raises(LaunchRefused) as refusal:
        verify(builder.attempt().request(), connection, KeySets(door))
    assert refusal.value.reason == "issuer-wrong"


def test_a_directory_that_is_away_is_no_refusal() -> None:
    with pytest.raises(HostUnavailable):
        verify(entra("teams").attempt().request(), entra("teams").connection, KeySets(ScriptedDoor(answer({}, 503))))


def test_without_the_vendors_apps_only_our_own_may_ask() -> None:
    nobody = verifier(())
    with pytest.raises(LaunchRefused):
        nobody(entra("teams").attempt().request(), entra("teams").connection, entra("teams").keys)
    builder = entra("teams").said("azp", APP)
    assert nobody(builder.attempt().request(), builder.connection, builder.keys)
