"""Key sets: remembered, renewed with a pause between, kept when the host is away, and filtered."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.errors import Busy, HostUnavailable, TimedOut
from app.hosts._keys import COOL_DOWN_S, FAILURE_PAUSE_S, MAX_BYTES, REFRESH_S, Discovery, KeySets
from app.net.door import Request, Response
from app.net.permits import Permits
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import GUEST, public

URL = "https://app.acme.example/jwks.json"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def jwk(name: str, **changes: Any) -> dict[str, Any]:
    return public(GUEST["keys"][name]) | changes


def published(*keys: Any) -> Response:
    return answer({"keys": list(keys)})


def kids(source: KeySets, algorithm: str = "EdDSA", kid: str | None = "ed") -> list[Any]:
    return [key.get("kid") for key in source.find(URL, algorithm, kid)]


def test_a_set_is_fetched_once() -> None:
    door = ScriptedDoor(published(jwk("ed"), jwk("es"), jwk("rs")))
    source = KeySets(door, Clock())
    assert kids(source) == ["ed"]
    assert kids(source, "ES256", "es") == ["es"]
    assert kids(source, "RS256", "rs") == ["rs"]
    assert [(request.method, request.url, request.max_bytes) for request in door.asked] == [("GET", URL, MAX_BYTES)]


def test_an_unknown_key_renews_the_set_but_not_each_time() -> None:
    """Key ids are free to invent; they must not turn us into a hammer on the host."""
    clock, door = Clock(), ScriptedDoor(published(jwk("ed")), published(jwk("ed"), jwk("other-tenant")))
    source = KeySets(door, clock)
    assert kids(source) == ["ed"]
    assert kids(source, kid="other-tenant") == []  # within the pause after the first fetch
    clock.now += COOL_DOWN_S
    assert kids(source, kid="other-tenant") == ["other-tenant"]
    for number in range(100):
        assert kids(source, kid=f"invented-{number}") == []
    assert len(door.asked) == 2


def test_a_known_key_outlives_the_hosts_absence() -> None:
    clock, door = Clock(), ScriptedDoor(published(jwk("ed")), TimedOut())
    source = KeySets(door, clock)
    assert kids(source) == ["ed"]
    for _ in range(5):
        clock.now += REFRESH_S
        assert kids(source) == ["ed"]
    assert len(door.asked) == 6


def test_a_withdrawn_key_is_out_of_use_after_the_refresh() -> None:
    clock, door = Clock(), ScriptedDoor(published(jwk("ed")), published(jwk("other-tenant")))
    source = KeySets(door, clock)
    assert kids(source) == ["ed"]
    clock.now += REFRESH_S
    assert kids(source) == []


@pytest.mark.parametrize(
    "outcome",
    [
        TimedOut(),
        answer({}, 500),
        answer([]),
        answer({"keys": {}}),
        published(),
        published({"kty": "new"}),
        Response(200),
    ],
)
def test_without_any_set_the_host_is_unavailable(outcome: Any) -> None:
    clock, door = Clock(), ScriptedDoor(outcome, outcome, published(jwk("ed")))
    source = KeySets(door, clock)
    for _ in range(3):  # within the pause nobody asks again
        with pytest.raises(HostUnavailable) as away:
            kids(source)
        assert away.value.retry_after_s == FAILURE_PAUSE_S
    assert len(door.asked) == 1
    clock.now += FAILURE_PAUSE_S
    with pytest.raises(HostUnavailable):
        kids(source)
    clock.now += FAILURE_PAUSE_S
    assert kids(source) == ["ed"]


@pytest.mark.parametrize(
    "entry",
    [
        jwk("ed", use="enc"),
        jwk("ed", key_ops=["sign"]),
        jwk("ed", key_ops="verify"),
        jwk("ed", alg="ES256"),
        jwk("ed", x="AAAA"),
        jwk("es", kid="ed"),  # of another type than its name says
        GUEST["keys"]["ed"],  # a private key that anybody can read
        {"kty": "oct", "kid": "ed", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "ed", "n": jwk("rs")["n"][:340], "e": "AQAB"},
        {"kid": "ed"},
        "ed",
        None,
    ],
    ids=lambda entry: str(entry)[:60],
)
def test_keys_that_are_not_for_this(entry: Any) -> None:
    source = KeySets(ScriptedDoor(published(entry, jwk("rs"))), Clock())
    assert kids(source) == []
    assert kids(source, "RS256", "rs") == ["rs"]  # the rest of the set is of use


def test_without_a_name_there_must_be_no_choice() -> None:
    assert kids(KeySets(ScriptedDoor(published(jwk("ed"), jwk("rs"))), Clock()), kid=None) == ["ed"]
    two = KeySets(ScriptedDoor(published(jwk("ed"), jwk("other-tenant"))), Clock())
    assert kids(two, kid=None) == []


def test_many_threads_fetch_once() -> None:
    gate = threading.Event()

    def slow(_: Request) -> Response:
        gate.wait(5)
        return published(jwk("ed"))

    door, found = ScriptedDoor(slow), []
    source = KeySets(door, Clock(), Permits(8))
    threads = [threading.Thread(target=lambda: found.append(kids(source))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)
    assert found == [["ed"]] * 8
    assert len(door.asked) == 1


def test_an_issuer_that_hangs_takes_no_thread_without_a_permit() -> None:
    permits, clock = Permits(1), Clock()
    source = KeySets(ScriptedDoor(published(jwk("ed"))), clock, permits)
    with permits.take(), pytest.raises(Busy):
        kids(source)
    assert kids(source) == ["ed"]
    clock.now += REFRESH_S
    with permits.take():
        assert kids(source) == ["ed"]  # an old set serves on
        with pytest.raises(Busy):  # whether this key is new cannot be told now
            kids(source, kid="other-tenant")


# --- the documents that say where keys are ---

WHERE = "https://login.example.com/.well-known/openid-configuration"
SAID = {"issuer": "https://login.example.com", "jwks_uri": "https://keys.example.com/set", "more": []}


def test_a_discovery_document_is_fetched_once_and_kept_when_its_host_is_away() -> None:
    clock, door = Clock(), ScriptedDoor(answer(SAID), TimedOut())
    source = KeySets(door, clock)
    for _ in range(4):
        assert source.discover(WHERE) == Discovery("https://login.example.com", "https://keys.example.com/set")
        clock.now += REFRESH_S / 2
    assert [request.url for request in door.asked] == [WHERE] * 3


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        SAID | {"issuer": ""},
        SAID | {"issuer": 7},
        SAID | {"issuer": "x" * 2_001},
        SAID | {"jwks_uri": None},
        SAID | {"jwks_uri": "http://keys.example.com/set"},  # found over TLS, and from there in the clear
        SAID | {"jwks_uri": "file:///etc/keys"},
        SAID | {"jwks_uri": "https://" + "x" * 2_000},
    ],
    ids=lambda document: str(document)[:60],
)
def test_what_is_no_discovery_document(document: Any) -> None:
    source = KeySets(ScriptedDoor(answer(document)), Clock())
    with pytest.raises(HostUnavailable) as away:
        source.discover(WHERE)
    assert away.value.reason == "discovery-unavailable"


def test_a_document_and_a_set_of_one_address_are_two_things() -> None:
    source = KeySets(ScriptedDoor(answer(SAID), published(jwk("ed"))), Clock())
    assert source.discover(URL)
    assert kids(source) == ["ed"]


def test_a_key_says_for_which_issuer_it_signs() -> None:
    source = KeySets(ScriptedDoor(published(jwk("ed", issuer="https://one.example"))), Clock())
    assert [key.get("issuer") for key in source.find(URL, "EdDSA", "ed")] == ["https://one.example"]


def discovered(**document: Any) -> Discovery:
    said = {"issuer": "https://login.example.com", "jwks_uri": "https://login.example.com/keys"} | document
    return KeySets(ScriptedDoor(answer(said)), Clock()).discover(WHERE)


def test_a_document_says_where_and_how_viewers_sign_in() -> None:
    assert discovered(
        authorization_endpoint="https://login.example.com/authorize",
        token_endpoint="https://login.example.com/token",
        revocation_endpoint="https://login.example.com/revoke",
        userinfo_endpoint="https://login.example.com/userinfo",
        authorization_response_iss_parameter_supported=True,
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=["openid", 7],
    ) == Discovery(
        "https://login.example.com",
        "https://login.example.com/keys",
        authorization_url="https://login.example.com/authorize",
        token_url="https://login.example.com/token",
        revocation_url="https://login.example.com/revoke",
        userinfo_url="https://login.example.com/userinfo",
        names_issuer=True,
        secret_in_body=True,
        scopes=frozenset({"openid"}),
    )


@pytest.mark.parametrize("name", ["authorization", "token", "revocation", "userinfo"])
@pytest.mark.parametrize("url", ["http://login.example.com/x", "javascript:alert(1)", "", 7, None, ["https://a"]])
def test_an_address_that_anybody_between_could_change_is_none(name: str, url: Any) -> None:
    assert discovered(**{f"{name}_endpoint": url}) == discovered()


def test_what_a_document_says_in_another_shape_it_does_not_say() -> None:
    found = discovered(
        authorization_response_iss_parameter_supported="true",
        token_endpoint_auth_methods_supported="client_secret_post",
        scopes_supported={"openid": 1},
    )
    assert (found.names_issuer, found.secret_in_body, found.scopes) == (False, False, frozenset())
