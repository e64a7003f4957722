"""Client credentials: a token of the customer's own issuer says which service calls; nothing else passes for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, import_key

from app.config import Settings
from app.config.machines import Machine
from app.errors import CallerUnknown, ConfigError
from app.machines.callers import May
from app.machines.callers.tokens import verified
from tests.hosts._proofs import BUILDERS, CLOCK, GUEST, FixedKeys

ISSUER, AUDIENCE = "https://login.acme.example", "api://inlay-machines"
GRANT = Machine("warehouse", ("lead_score",), ("read", "import"), ("activity",))
CONNECTION = replace(
    BUILDERS["guest"]().connection,
    machine_issuer=ISSUER,
    machine_audience=AUDIENCE,
    machine_jwks_url=f"{ISSUER}/keys",
    machines={"0oa1b2c3": GRANT},
)
KEYS = FixedKeys("ed", "rs", "es")
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": AUDIENCE, "sub": "0oa1b2c3", "iat": int(CLOCK) - 5, "exp": int(CLOCK) + 3595, "scp": ["x"],
}  # fmt: skip


def token(_algorithm: str = "RS256", _kid: str = "rs", _typ: str = "at+jwt", _key: Any = None, **claims: Any) -> str:
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    header = {"alg": _algorithm, "kid": _kid, "typ": _typ}
    return jwt.encode(header, said, _key or import_key(GUEST["keys"][_kid]), algorithms=[_algorithm])


def test_a_service_is_known_by_its_subject() -> None:
    caller = verified(token(), [CONNECTION], KEYS, CLOCK)
    assert (caller.connection, caller.service) == (CONNECTION.name, "warehouse")
    assert (caller.may, caller.fields) == (frozenset(May), {"activity"})
    assert verified(token(aud=[AUDIENCE]), [CONNECTION], KEYS, CLOCK) == caller


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sub": "u-17"}, "service-unlisted"),  # a viewer's
        ({"sub": None}, "claim-missing:sub"),
        ({"iss": "https://evil.example"}, "proof-unknown"),
        ({"aud": "https://inlay.example.com"}, "proof-unknown"),  # what launches are for
        ({"aud": [AUDIENCE, "https://other.example"]}, "proof-unknown"),
        ({"exp": int(CLOCK) - 60}, "expired"),
        ({"exp": None}, "claim-missing:exp"),
        ({"iat": int(CLOCK) + 600, "exp": int(CLOCK) + 900}, "not-yet-valid"),
        ({"nbf": int(CLOCK) + 600}, "not-yet-valid"),
        ({"exp": int(CLOCK) + 90_000}, "life-too-long"),
        ({"_typ": "inlay-session"}, "type-wrong"),
        ({"_typ": "dpop+jwt"}, "type-wrong"),
        ({"_algorithm": "HS256", "_key": OctKey.import_key("k" * 40)}, "algorithm-refused"),
    ],
)  # fmt: skip
def test_what_is_no_service_s_token_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(CallerUnknown) as refused:
        verified(token(**changes), [CONNECTION], KEYS, CLOCK)
    assert refused.value.reason == reason
    assert "log" not in str(refused.value)


@pytest.mark.parametrize("proof", ["", "x", "a.b.c", "é.x.y", "e30.e30.e30", "x" * 20_000])
def test_what_is_no_token_is_refused(proof: str) -> None:
    with pytest.raises(CallerUnknown):
        verified(proof, [CONNECTION], KEYS, CLOCK)


def test_a_changed_token_is_refused() -> None:
    head, body, signature = token().split(".")
    with pytest.raises(CallerUnknown):
        verified(".".join([head, body, signature[:-8] + "AAAAAAAA"]), [CONNECTION], KEYS, CLOCK)


def test_a_connection_without_services_takes_none() -> None:
    with pytest.raises(CallerUnknown):
        verified(token(), [replace(CONNECTION, machines={})], KEYS, CLOCK)


def test_where_the_connection_names_no_keys_its_issuer_s_own_document_does() -> None:
    assert verified(token(), [replace(CONNECTION, machine_jwks_url="")], KEYS, CLOCK).service == "warehouse"


CONFIG = """
[server]
public_url = "https://inlay.example.com"
keys = ["env:INLAY_TEST_KEY"]
[cores.main]
url = "https://core.example.com"
[capabilities.lead_score]
core = "main"
records = ["Lead"]
fields = ["activity"]
[connections.acme]
host = "guest"
origins = ["https://app.acme.example"]
components = ["score-badge"]
capabilities = ["lead_score"]
issuer = "https://acme.example"
audience = "https://inlay.example.com"
algorithms = ["EdDSA"]
jwks_url = "https://acme.example/jwks.json"
"""
GOOD = """
machine_issuer = "https://login.acme.example"
machine_audience = "api://inlay-machines"
machines = { 0oa1 = { service = "apex", capabilities = ["lead_score"], may = ["read"], fields = ["activity"] } }
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_TEST_KEY", "k" * 40)


def test_services_stand_in_the_configuration() -> None:
    connection = Settings.parse(CONFIG + GOOD).connections["acme"]
    assert connection.machines["0oa1"] == Machine("apex", ("lead_score",), ("read",), ("activity",))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("api://inlay-machines", "https://inlay.example.com", "viewers' tokens"),
        ('machine_issuer = "https://login.acme.example"\n', "", "without machine_issuer"),
        ('["lead_score"], may', '["other"], may', "no capability other"),
        ('fields = ["activity"] }', 'fields = ["salary"] }', "no field salary"),
        ('may = ["read"]', 'may = ["write"]', "may: 'write' is not a choice"),
        ('service = "apex", ', "", "service is not set"),
        ("service =", "name = 1, service =", "no such part as name"),
    ],
)
def test_half_set_or_wrong_grants_are_refused(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        Settings.parse(CONFIG + GOOD.replace(old, new))
    assert says in str(refused.value)


def test_no_two_connections_take_the_same_tokens() -> None:
    second = (CONFIG + GOOD).partition("[connections.acme]")[2]
    with pytest.raises(ConfigError, match="nobody could tell whose"):
        Settings.parse(f"{CONFIG}{GOOD}[connections.beta]{second}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ('core = "main"\nkind = "analysis"\n', ""),
        ('core = "import"\nkind = "analysis"\n', "only scores can be imported"),
        ('core = "import"\n', ""),
    ],
)
def test_a_capability_may_be_imported_only(change: str, says: str) -> None:
    text = CONFIG.replace('core = "main"\n', change)
    if says:
        with pytest.raises(ConfigError, match=says):
            Settings.parse(text)
    else:
        capability = Settings.parse(text).capabilities["lead_score"]
        assert capability.is_imported is ('"import"' in change)


def test_no_core_is_called_import() -> None:
    with pytest.raises(ConfigError, match="no core at all"):
        Settings.parse(CONFIG.replace("[cores.main]", "[cores.import]").replace('core = "main"', 'core = "import"'))
