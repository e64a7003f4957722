"""Every host's sign-in, good and spoiled: each bad answer is refused for its own reason, and no token is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.errors import (
    AnswerTooLarge,
    ConnectFailed,
    HostUnavailable,
    InlayError,
    LaunchRefused,
    RedirectRefused,
    SessionExpired,
)
from app.hosts import HOSTS
from app.hosts._reasons import REASONS
from app.hosts._sign_in import Attempt, HostTokens, SignedIn
from app.net.door import Response
from tests.hosts._door import answer
from tests.hosts._matrix import ALL
from tests.hosts._proofs import APP, CLOCK, OTHER_TENANT, PERSONAL, PROVIDER, TENANT, ZOE
from tests.hosts._sign_ins import (
    ATTEMPT,
    CLIENT,
    ORG,
    SIGN_IN_OF,
    USER,
    VIEWER,
    Provider,
    connection_of,
    provider,
    redirect_uri,
)
from tests.hosts._sign_ins import (
    ENTRA as ENTRA_HOSTS,
)

SIGNED_IN = ("salesforce", "servicenow", "oidc", *ENTRA_HOSTS, *SIGN_IN_OF)
DIRECTORY = "https://login.microsoftonline.com"
OTHER = Attempt("another-" + "s" * 35, "another-" + "n" * 35, "another-" + "v" * 35)
REVOKED = ("/revoke", "/oauth_revoke_token.do")
ID = "https://login.salesforce.com/id"
Play = Callable[[Provider], Any]


def home_of(there: Provider) -> str:
    """Where a viewer signs in."""
    return DIRECTORY if there.host in ENTRA_HOSTS else there.connection.host_url or PROVIDER


def test_every_host_that_signs_viewers_in_is_here() -> None:
    assert set(SIGNED_IN) == {name for name, host in HOSTS.items() if host.sign_in is not None}


@pytest.mark.parametrize("host", SIGNED_IN)
def test_a_good_sign_in(host: str) -> None:
    there = provider(host)
    there.begin()
    signed = there.finish()
    assert signed.viewer.name == "Zoë Müller"
    assert signed.viewer.timezone == ("UTC" if host in ENTRA_HOSTS else "Europe/Berlin")
    known = {"salesforce": VIEWER, "servicenow": USER, "oidc": "248289761001", **SIGN_IN_OF}
    assert signed.viewer.subject == known.get(host, f"{ZOE}.{TENANT}")
    home = urlsplit(there.connection.host_url or PROVIDER).netloc
    assert signed.organisation == ("contoso.example" if host in ENTRA_HOSTS else home)
    assert signed.tokens.access == "access-1"
    assert signed.tokens.refresh == "refresh-1"
    assert signed.tokens.expires_at == CLOCK + (7200 if host == "salesforce" else 1800)
    api = "https://graph.microsoft.com" if host in ENTRA_HOSTS else None
    assert signed.host_url == (there.connection.host_url or api)


@pytest.mark.parametrize("host", SIGNED_IN)
def test_the_address_has_what_it_must_and_no_secret(host: str) -> None:
    there = provider(host)
    said = there.begin()
    assert said["response_type"] == "code"
    assert said["client_id"] == (APP if host in ENTRA_HOSTS else CLIENT)
    assert said["state"] == ATTEMPT.state
    assert said["redirect_uri"] == redirect_uri(there.connection)
    assert said["code_challenge_method"] == "S256"
    assert len(said["code_challenge"]) == 43
    assert not {ATTEMPT.verifier, "sign-in-secret&="} & set(said.values())
    assert said[""].startswith(home_of(there) + "/")
    assert said.get("nonce") == (ATTEMPT.nonce if host in ("oidc", *ENTRA_HOSTS) else None)
    assert there.asked == []


@pytest.mark.parametrize("host", ["salesforce", "servicenow", "oidc"])
def test_what_an_admin_asks_for_is_asked_for(host: str) -> None:
    there = provider(host)
    there.connection = replace(there.connection, sign_in_scopes=("records.read",))
    assert there.begin()["scope"].split()[-1] == "records.read"
    assert ("openid" in there.begin()["scope"]) == (host == "oidc")


def test_what_the_hosts_api_wants_of_the_viewer_is_asked_for_where_it_can_be() -> None:
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    asked = provider("teams").begin(replace(ATTEMPT, claims=claims))
    assert asked["claims"] == claims
    assert "claims" not in provider("teams").begin()


def test_two_attempts_share_nothing_and_show_nothing() -> None:
    one, two = Attempt.new(), Attempt.new()
    secrets = [one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier]
    assert len(set(secrets)) == 6
    assert {len(each) for each in secrets} == {43}
    assert not any(each in repr(one) for each in secrets)
    assert Attempt.read(one.write()) == one
    tokens = HostTokens("access-1", 17.0, "refresh-1")
    assert "-1" not in repr(tokens)
    assert HostTokens.read(tokens.write()) == tokens


@pytest.mark.parametrize("host", SIGNED_IN)
def test_what_was_written_down_is_read_again(host: str) -> None:
    there = provider(host)
    there.begin()
    signed = there.finish()
    assert SignedIn.read(signed.write()) == signed


# --- the hostile half ---


def changed(**changes: Any) -> Play:
    """The host says something else; the browser comes back all the same."""

    def play(there: Provider) -> SignedIn:
        there.begin()
        for name, value in changes.items():
            setattr(there, name, value)
        return there.finish()

    return play


def token(**said: Any) -> Play:
    return changed(token=said)


def claimed(**claims: Any) -> Play:
    return changed(claims=claims)


def _injected(there: Provider) -> SignedIn:
    """A code that was given to somebody else's attempt is slipped into this one."""
    there.begin(OTHER)
    return there.finish()


def _twice(there: Provider) -> SignedIn:
    there.begin()
    there.finish()
    return there.finish()


def _other_client(there: Provider) -> SignedIn:
    there.begin()
    there.client = "another-app"
    return there.finish()


def _other_address(there: Provider) -> SignedIn:
    there.begin()
    there.redirect_uri = "https://evil.example/callback"
    return there.finish()


def _coded(code: str) -> Play:
    def play(there: Provider) -> SignedIn:
        there.begin()
        return there.finish(code=code)

    return play


def _silent(there: Provider) -> SignedIn:
    """It says of itself that its answers name it, and this one does not."""
    there.keys.changes["names_issuer"] = True
    return changed()(there)


def _named(there: Provider) -> SignedIn:
    there.keys.changes["names_issuer"] = True
    there.issuer = PROVIDER
    return changed()(there)


def _impostor(there: Provider) -> SignedIn:
    """Its document speaks for another issuer."""
    there.begin()
    there.keys.changes["issuer"] = "https://evil.example"
    return there.finish()


def _by_stranger(there: Provider) -> SignedIn:
    return changed(by=lambda builder: builder.signed("EdDSA", "other-tenant", kid="ed"))(there)


def _viewer(**said: Any) -> Play:
    def play(there: Provider) -> SignedIn:
        there.viewer = there.viewer | said
        return changed()(there)

    return play


def _another_org(there: Provider) -> SignedIn:
    """The same domain, so it seems, and all of its answers agree."""
    there.viewer = there.viewer | {"organization_id": "00DXY0000000002EAA"}
    return token(id=f"{ID}/00DXY0000000002EAA/{VIEWER}")(there)


def _anybodys_key(there: Provider) -> SignedIn:
    there.by = lambda builder: builder.headed(kid="rs")
    return claimed(iss=f"{DIRECTORY}/{OTHER_TENANT}/v2.0")(there)


EVERYWHERE: list[tuple[str, Play, str]] = [
    ("good", changed(), ""),
    # the code
    ("a code of another attempt", _injected, "code-refused:invalid_grant"),
    ("a code twice", _twice, "code-refused:invalid_grant"),
    ("a code of another app", _other_client, "code-refused:invalid_grant"),
    ("a code for another address", _other_address, "code-refused:invalid_grant"),
    ("a code that nobody gave", _coded("invented"), "code-refused:invalid_grant"),
    ("no code", _coded(""), "code-refused:malformed"),
    ("a code of two lines", _coded("a\r\nb"), "code-refused:malformed"),
    ("a huge code", _coded("x" * 5_000), "code-refused:malformed"),
    # mix-up
    ("the answer of another issuer", changed(issuer="https://evil.example"), "issuer-wrong"),
    ("an issuer in other letters", changed(issuer="HTTPS://LOGIN.EXAMPLE.COM"), "issuer-wrong"),
    ("an issuer beyond ASCII", changed(issuer="https://login.exämple.com"), "issuer-wrong"),
]

OWN: dict[str, list[tuple[str, Play, str]]] = {
    "salesforce": [
        ("another org", _viewer(organization_id="00DXY0000000002EAA"), "issuer-wrong"),
        ("another org, all of it", _another_org, "issuer-wrong"),
        ("another org beside the token", token(id=f"{ID}/00DXY0000000002EAA/{VIEWER}"), "issuer-wrong"),
        ("another user beside the token", token(id=f"{ID}/{ORG}/005AB000001AbCdYAK"), "viewer-mismatch"),
        ("another API", token(instance_url="https://evil.my.salesforce.com"), "instance-refused"),
        ("an API in a list", token(instance_url=["https://acme.my.salesforce.com"]), "instance-refused"),
        ("ids of 15 letters", _viewer(organization_id=ORG[:15], user_id=VIEWER[:15]), ""),
        ("a strange name", _viewer(name="two\nlines", locale="<b>", preferred_username="Zoë Müller"), ""),
    ],
    **{host: [] for host in ("servicenow", *SIGN_IN_OF)},
    "oidc": [
        ("it names itself, as it promised", _named, ""),
        ("it does not name itself, though it promised", _silent, "issuer-wrong"),
        ("another issuer's document", _impostor, "issuer-wrong"),
        ("an ID token of another sign-in", claimed(nonce=OTHER.nonce), "nonce-wrong"),
        ("an ID token without nonce", claimed(nonce=None), "nonce-wrong"),
        ("an ID token of another client", claimed(aud="another-app", azp="another-app"), "audience-wrong"),
        ("an ID token for pages, not for sign-ins", claimed(aud="inlay", azp=None), "audience-wrong"),
        ("an ID token given to another client", claimed(azp="another-app"), "client-unlisted"),
        ("an ID token of another issuer", claimed(iss="https://evil.example"), "issuer-wrong"),
        ("an ID token that is over", claimed(exp=int(CLOCK) - 40, iat=int(CLOCK) - 100), "expired"),
        ("an ID token of a stranger", _by_stranger, "algorithm-refused"),
        ("an unsigned ID token", changed(by=lambda builder: builder.headed(alg="none")), "algorithm-refused"),
        ("a logout token", claimed(events={}), "claim-wrong:events"),
        ("an ID token that is no token", token(id_token="x.y"), "malformed"),
        ("another viewer's name", lambda there: _viewer(sub="another")(_nameless(there)), "viewer-mismatch"),
        ("a name that only userinfo knows", lambda there: changed()(_nameless(there)), ""),
    ],
}  # fmt: skip


ENTRA: list[tuple[str, Play, str]] = [
    ("it names itself", changed(issuer=f"{DIRECTORY}/{TENANT}/v2.0"), ""),
    ("the answer of another tenant", changed(issuer=f"{DIRECTORY}/{OTHER_TENANT}/v2.0"), "issuer-wrong"),
    ("an ID token of another sign-in", claimed(nonce=OTHER.nonce), "nonce-wrong"),
    ("an ID token without nonce", claimed(nonce=None), "claim-missing:nonce"),
    ("an ID token of another client", claimed(aud="00000003-0000-0000-c000-000000000000"), "audience-wrong"),
    ("an ID token of version 1", claimed(ver="1.0"), "claim-wrong:ver"),
    ("another tenant", claimed(tid=OTHER_TENANT, iss=f"{DIRECTORY}/{OTHER_TENANT}/v2.0"), "tenant-unlisted"),
    ("a personal account", claimed(tid=PERSONAL, iss=f"{DIRECTORY}/{PERSONAL}/v2.0"), "tenant-personal"),
    ("our tenant under another's issuer", claimed(iss=f"{DIRECTORY}/{OTHER_TENANT}/v2.0"), "issuer-wrong"),
    ("another's issuer, by a key that is for nobody in particular", _anybodys_key, "issuer-wrong"),
    ("a key of another tenant", changed(by=lambda builder: builder.headed(kid="rs-other")), "issuer-wrong"),
    ("an unsigned ID token", changed(by=lambda builder: builder.headed(alg="none")), "algorithm-refused"),
    ("an ID token that is over", claimed(exp=int(CLOCK) - 300), "expired"),
    ("an ID token without a person", claimed(oid=None), "claim-missing:oid"),
    ("an ID token that is no token", token(id_token="x.y"), "malformed"),
]


def _nameless(there: Provider) -> Provider:
    there.claims = {"name": None}
    return there


CASES = [(host, *case) for host in SIGNED_IN for case in (*EVERYWHERE, *OWN.get(host, ENTRA))]


@pytest.mark.parametrize(("host", "name", "play", "reason"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_sign_in(host: str, name: str, play: Play, reason: str) -> None:
    there = provider(host)
    if not reason:
        assert play(there).viewer.name == "Zoë Müller"
        return
    with pytest.raises(LaunchRefused) as refusal:
        play(there)
    assert refusal.value.reason == reason
    assert reason.partition(":")[0] not in str(refusal.value)
    for secret in (ATTEMPT.verifier, "sign-in-secret", "access-1", "refresh-1"):
        assert secret not in str(refusal.value) + refusal.value.reason


def test_every_reason_is_reached_by_a_launch_or_a_sign_in() -> None:
    """A reason that nothing can bring about is a check that does not work, or a word too many."""
    reached = {case.reason.partition(":")[0] for _, case in ALL} | {case[3].partition(":")[0] for case in CASES}
    assert set(REASONS) - reached == {"no-checks", "no-proof"}  # a host's fault; and a host without proofs


@pytest.mark.parametrize("host", SIGNED_IN)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Response(200, body=b"<html>"), "sign-in-not-json"),
        (Response(200, body=b""), "sign-in-not-json"),
        (answer([]), "sign-in-shape"),
        (answer("token"), "sign-in-shape"),
        (answer({}), "sign-in-token-shape"),
        (answer({"access_token": ["x"]}), "sign-in-token-shape"),
        (answer({"access_token": "a\r\nX: y"}), "sign-in-token-shape"),
        (answer({"access_token": "x" * 20_000}), "sign-in-token-shape"),
        (answer({"access_token": "x", "token_type": "mac"}), "sign-in-token-shape"),
        (answer({"access_token": "x", "expires_in": "soon"}), "sign-in-token-shape"),
        (answer({"access_token": "x", "expires_in": -1}), "sign-in-token-shape"),
        (answer({"access_token": "x", "refresh_token": {"a": 1}}), "sign-in-token-shape"),
        (answer({"access_token": "x", "refresh_token": "two words"}), "sign-in-token-shape"),
        (answer({"error": "invalid_client"}, 401), "sign-in-refused:invalid_client"),
        (answer({"error": "<script>"}, 400), "sign-in-refused:400"),
        (answer({}, 302), "sign-in-refused:302"),
        (answer({}, 503), "sign-in-status-503"),
        (answer({}, 429, Retry_After="17"), "sign-in-status-429"),
        (AnswerTooLarge(), "sign-in-answer-too-large"),
        (RedirectRefused(), "sign-in-redirect-refused"),
        (ConnectFailed(), "sign-in-connect-failed"),
    ],
)
def test_a_token_endpoint_that_answers_nonsense(host: str, said: Any, reason: str) -> None:
    there = provider(host)
    there.begin()
    there.answers = dict.fromkeys(("/token", "/oauth/tokens", "/oauth_token.do"), said)
    with pytest.raises(HostUnavailable) as away:
        there.finish()
    assert away.value.reason == reason
    there.answers = dict.fromkeys(("/token", "/oauth/tokens", "/oauth_token.do"), said)
    with pytest.raises(InlayError) as failed:
        there.refresh(HostTokens("access-1", CLOCK, "refresh-1"))
    assert not isinstance(failed.value, SessionExpired)  # nothing of this says that the viewer must sign in again


@pytest.mark.parametrize("host", ["salesforce", "servicenow"])
@pytest.mark.parametrize(
    "said", [None, [], {}, "zoe", {"result": []}, {"result": "x"}, {"result": [{}]}, {"result": [{"sys_id": "zoe"}]}]
)
def test_a_host_that_does_not_say_who_it_is(host: str, said: Any) -> None:
    there = provider(host)
    there.viewer = said
    with pytest.raises(HostUnavailable):
        changed()(there)


@pytest.mark.parametrize("host", SIGNED_IN)
def test_no_answer_of_a_page_leads_anywhere_else(host: str) -> None:
    """No open redirect, and no request to an address that is not the connection's."""
    there = provider(host)
    there.begin()
    there.finish()
    home = urlsplit(home_of(there)).netloc
    assert {urlsplit(request.url).netloc for request in there.asked} == {home}
    assert not any(secret in request.url for request in there.asked for secret in ("code-1", "access-1", "verifier"))


# --- afterwards ---


@pytest.mark.parametrize("host", SIGNED_IN)
def test_tokens_are_renewed_and_a_dead_grant_is_said_so(host: str) -> None:
    there = provider(host)
    fresh = there.refresh(HostTokens("access-1", CLOCK, "refresh-1"))
    assert (fresh.access, fresh.refresh) == ("access-2", "refresh-2")
    there.token = {"refresh_token": None}
    assert there.refresh(HostTokens("access-1", CLOCK, "refresh-1")).refresh == "refresh-1"  # it stays good
    with pytest.raises(SessionExpired) as dead:
        there.refresh(HostTokens("access-1", CLOCK, "refresh-0"))
    assert dead.value.reason == "grant-dead"


@pytest.mark.parametrize("host", ["salesforce", "servicenow", "oidc"])
def test_tokens_are_revoked_by_the_one_that_ends_the_most(host: str) -> None:
    there = provider(host)
    there.revoke(HostTokens("access-1", CLOCK, "refresh-1"))
    there.revoke(HostTokens("access-1", CLOCK))
    assert [(request.form or {})["token"] for request in there.asked] == ["refresh-1", "access-1"]
    assert not any("-1" in request.url for request in there.asked)
    there.answers = dict.fromkeys(REVOKED, answer({"error": "unsupported_token_type"}, 400))
    there.revoke(HostTokens("access-1", CLOCK))  # it knows it no more, which is what was wanted
    there.answers = dict.fromkeys(REVOKED, answer({}, 503))
    with pytest.raises(HostUnavailable):
        there.revoke(HostTokens("access-1", CLOCK))


def test_a_connection_without_an_app_offers_no_sign_in() -> None:
    for host in SIGNED_IN:
        slot = HOSTS[host].sign_in
        assert slot is not None
        assert slot.ready(connection_of(host))
        assert not slot.ready(replace(connection_of(host), sign_in_client_id="", client_id=""))
