"""The instance, asked by Inlay's own code: a sign-in with a yes, and rows as their viewer may see them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from app.config import ConnectionSettings, Secret
from app.demo.crm import elsewhere, instance
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.errors import HostUnavailable, LaunchRefused, SessionExpired
from app.hosts._oauth import Flow, drive
from app.hosts._sign_in import Attempt, SignedIn
from app.hosts.servicenow.api import check_access, read_records
from app.hosts.servicenow.sign_in import SIGN_IN
from app.launch import Access, Record
from tests.demo.crm.door import PlayedDoor
from tests.hosts._proofs import FixedKeys
from tests.hosts._sign_ins import servicenow

KEYS = FixedKeys()


class There:
    """The instance as Inlay sees it, and a browser that is signed in at the CRM."""

    def __init__(self, client: FlaskClient, desk: Desk) -> None:
        self.client, self.desk, self.door = client, desk, PlayedDoor(client)
        self.redirect = f"{desk.config.inlay}/oauth/{instance.CONNECTION}/callback"
        self.connection: ConnectionSettings = replace(
            servicenow(),
            host_url=desk.config.origin,
            sign_in_client_id=instance.CLIENT,
            sign_in_client_secret=Secret(desk.config.key("instance_secret")),
        )
        self.attempt = Attempt.new()

    def did(self, flow: Flow[Any]) -> Any:
        return drive(flow, self.door.call)

    def asked(self) -> Mapping[str, str]:
        url = self.did(SIGN_IN.begin(self.connection, self.attempt, self.redirect, KEYS))
        assert url.startswith(f"{self.desk.config.origin}/oauth_auth.do?")
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    def answered(self, viewer: str = "zoe", answer: str = "allow", **wrong: str) -> Mapping[str, str]:
        self.client.set_cookie("viewer", viewer)
        back = self.client.post("/oauth_auth.do", query_string={**self.asked(), **wrong}, data={"answer": answer})
        assert back.status_code == 303
        assert back.location.startswith(f"{self.redirect}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(back.location).query).items()}

    def signed_in(self, viewer: str = "zoe") -> SignedIn:
        code = self.answered(viewer)["code"]
        found = SIGN_IN.finish(self.connection, self.attempt, code, "", self.redirect, KEYS, time.time())
        signed: SignedIn = self.did(found)
        return signed


@pytest.fixture
def there(client: FlaskClient, desk: Desk) -> There:
    return There(client, desk)


def test_a_yes_signs_in_who_uses_the_crm_and_a_no_does_not(there: There) -> None:
    asked = {**there.asked(), "as": "zoe"}
    assert "as Zoë Müller" in there.client.get("/oauth_auth.do", query_string=asked).text
    signed = there.signed_in()
    assert (signed.viewer.name, signed.viewer.locale) == ("Zoë Müller", "de")
    assert there.answered(answer="deny") == {"error": "access_denied", "state": there.attempt.state}


def test_nobody_is_sent_to_a_strange_address_and_a_code_counts_once_with_its_secret(there: There) -> None:
    for wrong in ({"redirect_uri": "https://evil.example/"}, {"client_id": "x"}, {"code_challenge_method": "plain"}):
        query = {**there.asked(), **wrong}
        for answer in (
            there.client.get("/oauth_auth.do", query_string=query),
            there.client.post("/oauth_auth.do", query_string=query, data={"answer": "allow"}),
        ):
            assert (answer.status_code, answer.location) == (400, None)
    code = there.answered()["code"]
    for attempt in (Attempt.new(), there.attempt):  # the wrong secret uses it up
        with pytest.raises(LaunchRefused) as refused:
            there.did(SIGN_IN.finish(there.connection, attempt, code, "", there.redirect, KEYS, time.time()))
        assert refused.value.reason == "code-refused:invalid_grant"
    stranger = replace(there.connection, sign_in_client_secret=Secret("guess"))
    code = there.answered()["code"]
    with pytest.raises(HostUnavailable):
        there.did(SIGN_IN.finish(stranger, there.attempt, code, "", there.redirect, KEYS, time.time()))


def test_a_sign_in_is_renewed_and_ends(there: There) -> None:
    tokens = there.signed_in().tokens
    fresh = there.did(SIGN_IN.refresh(there.connection, tokens, KEYS, time.time()))
    assert fresh.access != tokens.access
    there.did(SIGN_IN.revoke(there.connection, fresh, KEYS))
    with pytest.raises(SessionExpired):
        there.did(SIGN_IN.refresh(there.connection, fresh, KEYS, time.time()))


def test_rows_are_as_their_viewer_may_see_them_and_as_the_app_reads_them(there: There) -> None:
    desk, origin, sam = there.desk, there.desk.config.origin, PEOPLE["sam"]
    hidden = next(key for key in desk.leads.table.rows if not sam.may_see_record(key))
    lead = next(each for each in desk.leads.page(sam).leads if each.values["AnnualRevenue"])
    one, two = (Record(elsewhere.INSTANCE_TABLE, elsewhere.digits(key)) for key in (lead.id, hidden))
    fields = ("company", "annualrevenue")
    token = there.signed_in("sam").tokens.access
    seen = check_access(there.door.call, there.connection, origin, token, [one, two], fields)
    assert seen == {one: Access(True, frozenset({"company"})), two: Access(False)}
    form = {"grant_type": "client_credentials", "client_id": instance.CLIENT}
    own = there.client.post("/oauth_token.do", data=form | {"client_secret": desk.config.key("instance_secret")}).json[
        "access_token"
    ]  # type: ignore[index]
    read = read_records(there.door.call, there.connection, own, [one, two], fields)
    assert read[one] == {"company": lead.values["Company"], "annualrevenue": lead.values["AnnualRevenue"]}
    assert set(read) == {one, two}
    for other in ("guess", desk.tokens.issue(sam)):  # another API's token is none here
        with pytest.raises(SessionExpired):
            read_records(there.door.call, there.connection, other, [one], fields)
