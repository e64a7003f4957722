# ruff: noqa: E501 (one mistake a line reads best)
"""The configuration as an admin meets it: what is read, and what is refused with which words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.config import Secret, Settings, example
from app.config.reader import literal
from app.errors import ConfigError

KEY = "k" * 40
GOOD = """\
[server]
public_url = "http://localhost:8000"
keys = ["env:INLAY_KEY"]

[cores.main]
url = "http://127.0.0.1:8002"
deadline = "150ms"

[capabilities.lead_score]
core = "main"
records = ["Lead"]
fields = ["Industry"]

[connections.crm]
host = "somewhere"
origins = ["http://127.0.0.1:8001"]
components = ["score-badge", "score-card"]
capabilities = ["lead_score"]
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_KEY", KEY)


def problems(text: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.parse(text, "inlay.toml", folder)
    return [str(problem) for problem in caught.value.problems]


def only(text: str, folder: Path | None = None) -> str:
    found = problems(text, folder)
    assert len(found) == 1, found
    return found[0]


def test_a_good_text_is_read_with_its_defaults(tmp_path: Path) -> None:
    settings = Settings.parse(GOOD, folder=tmp_path)
    assert settings.server.port == 8000
    assert settings.server.keys[0].reveal() == KEY
    assert settings.store.url == f"sqlite:///{tmp_path}/inlay.db"
    assert settings.cores["main"].deadline == pytest.approx(0.15)
    assert settings.capabilities["lead_score"].bands == (("high", 70.0), ("medium", 40.0), ("low", 0.0))
    assert settings.capabilities["lead_score"].ttl == 900.0
    assert settings.connections["crm"].components == ("score-badge", "score-card")
    assert settings.connections["crm"].name == "crm"


def test_settings_are_values() -> None:
    one, other = Settings.parse(GOOD), Settings.parse(GOOD)
    assert one == other
    assert hash(one) == hash(other)
    assert one != Settings.parse(GOOD.replace("150ms", "151ms"))
    with pytest.raises(AttributeError):
        one.server.port = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.cores["main"] = one.cores["main"]  # type: ignore[index]


def test_no_secret_shows_itself() -> None:
    assert KEY not in repr(Settings.parse(GOOD))
    assert "hush" not in f"{Secret('hush')} {Secret('hush')!r} {(Secret('hush'),)}"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("deadline", "dedline", "inlay.toml:7: cores.main.dedline: there is no such setting. Did you mean deadline?"),
        ("[cores.main]", "[core.main]", "inlay.toml:5: core: there is no such section. Did you mean cores?"),
        ('"150ms"', '"150 moments"', "inlay.toml:7: cores.main.deadline: '150 moments' is not a duration."),
        ('"150ms"', "3", "inlay.toml:7: cores.main.deadline: 3 is not a duration."),
        ("[server]", "[server]\nport = true", "inlay.toml:2: server.port: must be a whole number, not True."),
        ("[server]", "[server]\nport = 0", "inlay.toml:2: server.port: 0 is out of range."),
        ("[server]", '[server]\ncompression = "yes"', "inlay.toml:2: server.compression: must be true or false"),
        ("env:INLAY_KEY", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "inlay.toml:3: server.keys: a secret is never"),
        ("env:INLAY_KEY", "env:INLAY_NO_KEY", "server.keys: the environment variable INLAY_NO_KEY is not set."),
        ("http://localhost:8000", "http://inlay.example.com", "server.public_url: is plain http"),
        ("http://localhost:8000", "https://a.example/x", "is not an exact origin. Write \"https://a.example\""),
        ("http://127.0.0.1:8001", "https://a;b", "does not name a host"),
        ("http://127.0.0.1:8001", "https://*.example.com", "connections.crm.origins: "),
        ("http://127.0.0.1:8001", "https://A.example:443", 'Write "https://a.example"'),
        ("http://127.0.0.1:8002", "http://core.example", "Use https, or list core.example in server.allow_private."),
        ("http://127.0.0.1:8002", "https://user:pw@core.example", "carries no user"),
        ("[server]", '[server]\nlimit_refused = "often"', "inlay.toml:2: server.limit_refused: 'often' is not a rate."),
        ("[server]", "[server]\nlimit_refused = 600", "server.limit_refused: 600 is not a rate. Write a number and"),
        ("[server]", '[server]\nlimit_refused = "0/minute"', "is not one rate of at least one."),
        ("[server]", '[server]\nlimit_refused = "1/minute,2/hour"', "is not one rate of at least one."),
        ('core = "main"', 'core = "man"', "inlay.toml:10: capabilities.lead_score.core: there is no core man."),
        ('["lead_score"]', '["lead_skore"]', "connections.crm.capabilities: there is no capability lead_skore."),
        ('fields = ["Industry"]', "", "capabilities.lead_score: names no fields."),
        ("[connections.crm]", "[connections.Crm]", "connections.Crm: is not a name."),
        ('"score-badge", "score-card"', '"score-card", "score-card"', "the list names something twice"),
        ('"score-badge", "score-card"', "", "connections.crm.components: the list is empty."),
        ("[cores.main]", "[cores.main", "inlay.toml:5: This is not TOML: "),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line_and_its_mend(old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert any(says in problem for problem in problems(GOOD.replace(old, new))), problems(GOOD.replace(old, new))


@pytest.mark.parametrize("half", ["client_id = 'me'", "client_secret = 'env:INLAY_KEY'", "token_url = 'https://a.b/t'"])
def test_half_of_an_identity_is_refused(half: str) -> None:
    assert "is set without client_" in only(GOOD + half)


TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"


def test_tenants_need_a_secret_to_ask_in_their_viewers_names() -> None:
    assert "tenants: is set without client_secret" in only(GOOD + f"tenants = ['{TENANT}']")
    identity = "client_id = 'me'\nclient_secret = 'env:INLAY_KEY'\n"
    assert Settings.parse(GOOD + identity + f"tenants = ['{TENANT}']").connections["crm"].tenants == (TENANT,)


@pytest.mark.parametrize("tenant", ["contoso.example", "common", TENANT.upper(), f"{TENANT}\\n", "*", ""])
def test_a_tenant_is_named_by_its_id_only(tenant: str) -> None:
    assert "is not allowed here" in problems(GOOD + f'tenants = ["{tenant}"]')[0]


def test_a_directory_is_spoken_to_in_private() -> None:
    assert "authority: is plain http." in only(GOOD + "authority = 'http://login.example.com'")


@pytest.mark.parametrize("scope", ["two words", "", 'a\\"b'])
def test_a_scope_is_one_word(scope: str) -> None:
    assert "is not allowed here" in only(GOOD + f'scope = "{scope}"')


@pytest.mark.parametrize("half", ["sign_in_client_secret = 'env:INLAY_KEY'", "sign_in_scopes = ['openid']"])
def test_half_of_an_app_to_sign_in_to_is_refused(half: str) -> None:
    assert "is set without sign_in_client_id" in only(GOOD + half)


def test_half_of_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").touch()
    text = GOOD.replace("[server]", '[server]\ntls_certificate = "tls.pem"')
    assert only(text, tmp_path) == (
        "inlay.toml:2: server.tls_certificate: is set without tls_key. Set tls_key too, or remove tls_certificate."
    )


def test_all_problems_come_at_once() -> None:
    found = problems(GOOD.replace("150ms", "soon").replace("env:INLAY_KEY", "clear").replace("score-badge", "!"))
    assert [problem.split(":")[1] for problem in found] == ["3", "7", "17"]


def test_a_secret_in_clear_is_not_repeated_in_the_error() -> None:
    assert "hunter2" not in only(GOOD.replace("env:INLAY_KEY", "hunter2"))


def test_a_bad_value_does_not_cause_a_second_problem() -> None:
    text = GOOD + "client_id = 'me'\nclient_secret = 'env:INLAY_NOT_THERE'\n"
    assert "INLAY_NOT_THERE is not set" in only(text)


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (KEY, 0o644, "chmod 600"),
        ("short", 0o600, "openssl rand"),
        (None, 0o600, "cannot be read: No such file"),
        (b"\xff" * 40, 0o600, "cannot be read: it is not UTF-8 text"),
    ],
)
def test_a_secret_file_must_be_there_private_and_long(
    tmp_path: Path, content: str | bytes | None, mode: int, says: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / "key").chmod(mode)
    assert says in only(GOOD.replace("env:INLAY_KEY", "file:key"), tmp_path)


def test_a_secret_file_lies_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s" * 32 + "\n")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "inlay.toml").write_text(GOOD.replace("env:INLAY_KEY", "file:key"))
    assert Settings.load(tmp_path / "inlay.toml").server.keys[0].reveal() == "s" * 32


def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        Settings.load(tmp_path / "nothing.toml")


def test_regions_must_agree() -> None:
    text = GOOD.replace("[server]", '[server]\nregion = "eu"').replace("deadline", 'region = "us"\ndeadline')
    assert "the regions do not agree: the server is in eu, core main is in us." in only(text)
    assert Settings.parse(text.replace('"us"', '"eu"') + 'region = "eu"\n').server.region == "eu"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (
            "[server]",
            "connections.crm: is in eu by the server, but nothing says where connection crm and core main is.",
        ),
        (
            "[cores.main]",
            "connections.crm: is in eu by core main, but nothing says where connection crm and the server is.",
        ),
        (
            "[connections.crm]",
            "connections.crm.region: is in eu by connection crm, but nothing says where the server and core main is.",
        ),
    ],
)
def test_a_region_that_is_said_in_one_place_only_is_refused_with_its_mend(place: str, said: str) -> None:
    text = only(GOOD.replace(place, f'{place}\nregion = "eu"'))
    assert re.match(r"inlay.toml:\d+: ", text)
    assert said in text
    assert "too, or take it out everywhere." in text


def test_the_connection_that_records_come_from_is_in_the_same_region() -> None:
    text = GOOD.replace("[server]", '[server]\nregion = "eu"').replace("deadline", 'region = "eu"\ndeadline')
    far = GOOD.partition("[connections.crm]")[2].replace("lead_score", "lead_score")
    text += f'region = "eu"\nrecords_from = "far"\n[connections.far]{far}'
    said = "".join(problems(text + 'region = "us"\n'))
    assert "connection crm is in eu, the server is in eu, connection far is in us, core main is in eu" in said
    assert Settings.parse(text + 'region = "eu"\n').homes(
        Settings.parse(text + 'region = "eu"\n').connections["crm"]
    ) == {
        "connection crm": "eu",
        "the server": "eu",
        "connection far": "eu",
        "core main": "eu",
    }


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("sqlite:////data/inlay.db", "sqlite:////data/inlay-keys.db"),
        ("sqlite:////data/inlay.db?mode=ro", "sqlite:////data/inlay-keys.db?mode=ro"),
        ("postgresql://db.example/inlay", "postgresql+psycopg://db.example/inlay-keys"),
        (
            "postgresql://db.example/inlay?options=-csearch_path=x&sslmode=require",
            "postgresql+psycopg://db.example/inlay-keys?sslmode=require",
        ),
    ],
)
def test_keys_lie_beside_the_main_database_unless_they_are_said_to_lie_elsewhere(url: str, keys: str) -> None:
    assert Settings.parse(f'{GOOD}[store]\nurl = "{url}"\n').store.keys_url == keys
    elsewhere = f'{GOOD}[store]\nurl = "{url}"\nkey_store = "postgresql://other.example/keys"\n'
    assert Settings.parse(elsewhere).store.keys_url == "postgresql+psycopg://other.example/keys"


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("sqlite:///inlay.db", "sqlite:///./inlay.db"),
        ("sqlite:////data/inlay.db", "sqlite:////data/x/../inlay.db?mode=rw"),
        ("postgresql://db.example/inlay", "postgres://somebody@db.example/inlay?sslmode=require"),
    ],
)
def test_keys_never_lie_in_the_main_database(url: str, keys: str) -> None:
    said = only(f'{GOOD}[store]\nurl = "{url}"\nkey_store = "{keys}"\n')
    assert "store.key_store: is the main database." in said


def test_records_come_from_another_connection() -> None:
    assert "there is no other connection crm" in only(GOOD + 'records_from = "crm"\n')


def test_no_verdict_holds_alone_by_way_of_another_connection_that_reads_the_same_records() -> None:
    """Their reviews are one: whoever may open both would go around the second person through the laxer one."""
    second = GOOD.partition("[connections.crm]")[2]
    strict = GOOD + f'second_person = ["override"]\n[connections.door]{second}records_from = "crm"\n'
    assert "connections.door.second_person: is not that of crm" in only(strict)
    Settings.parse(strict + 'second_person = ["override"]\n')
    lax = GOOD + f'[connections.door]{second}records_from = "crm"\nsecond_person = ["override"]\n'
    assert "connections.door.second_person: is not that of crm" in only(lax)


def test_bands_fall_to_zero() -> None:
    said = only(GOOD.replace("fields =", "bands = { high = 40, medium = 70, low = 0 }\nfields ="))
    assert "falling lowest scores" in said


def test_a_database_password_goes_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://inlay:hunter2@db.example/inlay"
    assert "hunter2" not in only(GOOD + f'[store]\nurl = "{url}"\n')
    monkeypatch.setenv("INLAY_DB", url)
    settings = Settings.parse(GOOD + '[store]\nurl = "env:INLAY_DB"\n')
    assert settings.store.url == "postgresql+psycopg://inlay:hunter2@db.example/inlay"
    assert "hunter2" not in repr(settings)


def test_a_redis_is_named_by_its_url_and_its_password_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_REDIS", "rediss://:hunter2@cache.example:6380/1")
    settings = Settings.parse(GOOD + '[store]\nredis = "env:INLAY_REDIS"\n')
    assert settings.store.redis == "rediss://:hunter2@cache.example:6380/1"
    assert "hunter2" not in repr(settings)
    assert Settings.parse(GOOD).store.redis == ""
    assert Settings.parse(GOOD + '[store]\nredis = "redis://127.0.0.1:6379/0"\n').store.redis.endswith("/0")
    for wrong in ("redis://:hunter2@cache.example:6380/1", "memcached://hunter2", "redis"):
        said = only(GOOD + f'[store]\nredis = "{wrong}"\n')
        assert "store.redis" in said
        assert "hunter2" not in said


def test_shared_keys_and_renamed_fields_are_tables() -> None:
    text = (
        GOOD + 'algorithms = ["HS256"]\nshared_keys = { k1 = "env:INLAY_KEY" }\nfields.lead_score.industry = "Branch"\n'
    )
    connection = Settings.parse(text).connections["crm"]
    assert connection.shared_keys["k1"].reveal() == KEY
    assert connection.fields == {"lead_score": {"industry": "Branch"}}
    assert "HS256 has no shared_keys" in only(GOOD + 'algorithms = ["HS256"]\n')


def test_the_example_parses_as_it_is_and_with_every_line_uncommented(tmp_path: Path) -> None:
    assert Settings.parse(example()).connections["crm"].host == "your-host"
    (tmp_path / "tls.pem").touch()
    (tmp_path / "key.pem").touch(0o600)
    full = re.sub(r"^# (\w+ = )", r"\1", example(), flags=re.M)
    assert full.count("\n# ") < example().count("\n# ")
    found = problems(full, tmp_path)
    assert [problem.partition(": ")[2] for problem in found] == [
        "connections.crm.records_from: there is no other connection crm. Known are: none. Or add a section for it.",
        "capabilities.lead_score.canary: there is no core next. Known are: main. Or add a section for it.",
    ]  # everything else in it holds together


STRANGE = [
    "3", "true", "[]", "{}", "[[1]]", "{ a = { b = 1 } }", '""', "1979-05-27", "[{}]", "inf", "nan", '"env:"', '"file:."',
    '"file:\\u0000"', '"http://[::1"', '"https://[x]:99999999"', '"sqlite:///"', '"10s\\n"',
]  # fmt: skip


@pytest.mark.parametrize("text", ["𝄞", "\x7f", '"\\\n\t', "a.b = 1"])
def test_a_value_is_written_as_toml_reads_it_in_names_too(text: str) -> None:
    """JSON's spelling of a letter in two halves is none of TOML's, and TOML escapes one sign that JSON does not."""
    assert tomllib.loads(f"a = {literal({text: text})}")["a"] == {text: text}


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("turn", "value"), list(enumerate(STRANGE)))
def test_no_value_of_any_setting_breaks_the_reading(turn: int, value: str, every: int) -> None:
    """Whatever stands behind a key is read or refused with words; nothing else comes out.

    In `make test` each setting meets every fourth of the values, and each value every fourth of the settings.
    """
    lines = re.sub(r"^# (\w+ = )", r"\1", example(), flags=re.M).splitlines()
    settings = [(number, match[1]) for number, line in enumerate(lines) if (match := re.match(r"(\w+) = ", line))]
    assert len(settings) > 2 * len(STRANGE)
    for number, name in settings[turn % every :: every]:
        found = problems("\n".join([*lines[:number], f"{name} = {value}", *lines[number + 1 :]]))
        assert all(problem.startswith("inlay.toml:") for problem in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[admin]\none_click = true", "would let everybody in"),
        ('[admin]\nsign_in = "staff"\nroles = { a = "operator" }', "there is no connection staff"),
        ('[admin]\nroles = { a = "operator" }', "admin.roles: is set without sign_in"),
        ('[admin]\nonly = { a = ["crm"] }', "a has no role"),
        ('[admin]\nroles = { a = "king" }', "'king' is not a choice"),
    ],
)
def test_admins_are_named_or_nobody_is(text: str, said: str) -> None:
    elsewhere = GOOD.replace("http://localhost:8000", "https://inlay.example.com")
    assert any(said in problem for problem in problems(f"{elsewhere}{text}\n"))


def test_retention_is_a_law_or_a_time_by_family() -> None:
    text = GOOD + 'retention = { decision = "sox", access = "hipaa", failure = "90d" }\nlegal_hold = true\n'
    crm = Settings.parse(text).connections["crm"]
    assert {family: each.rule for family, each in crm.retention.items()} == {
        "decision": "sox", "access": "hipaa", "failure": "90d",
    }  # fmt: skip
    assert crm.retention["decision"].seconds >= 7 * 365.25 * 86_400
    assert crm.retention["access"].seconds >= 6 * 365.25 * 86_400
    assert crm.legal_hold
    assert Settings.parse(GOOD).connections["crm"].retention == {}  # for ever


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{ decisions = "sox" }', "no family 'decisions'"),
        ('{ decision = "gdpr" }', "decision: 'gdpr' is no retention"),
        ('{ decision = "1h" }', "less than a day"),
        ('"sox"', "must be a table"),
    ],
)
def test_what_is_no_retention_is_refused(said: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Settings.parse(f"{GOOD}retention = {said}\n")


def test_anchors_lie_beside_the_configuration_and_their_folder_is_there(tmp_path: Path) -> None:
    assert Settings.parse(GOOD, folder=tmp_path).store.anchors == tmp_path / "inlay-anchors.jsonl"
    with pytest.raises(ConfigError, match="its folder is not there"):
        Settings.parse(f'{GOOD}[store]\nanchors = "nowhere/file"\n', folder=tmp_path)


BROKER = '[brokers.main]\nurl = "amqp://127.0.0.1:5672/%2F"\n'


@pytest.mark.parametrize(
    ("lines", "section", "said"),
    [
        ('broker = "main"\nbroker_queue = "q"\n', "", "there is no broker main"),
        ('broker = "main"\nbroker_queue = "q"\n', "[brokers.main]\n", "has no url"),
        ('broker = "main"\n', BROKER, "is used for nothing"),
        ('broker_queue = "q"\n', BROKER, "is set without broker"),
        ('broker = "main"\npublish = ["no-such"]\n', BROKER, "has no capability no-such"),
        ('broker = "main"\nbroker_queue = "q"\npublish_key = "k"\n', BROKER, "is set without publish"),
        ('broker = "main"\nbroker_queue = "q"\n', BROKER.replace("127.0.0.1", "broker.example"), "is without TLS"),
        ('broker = "main"\nbroker_queue = "q"\n', BROKER.replace("amqp:", "kafka:"), "not the URL of a broker"),
        ('event_tokens = ["env:INLAY_KEY"]\n', "", "is set without issuer"),
    ],
)
def test_half_of_a_broker_is_refused(lines: str, section: str, said: str) -> None:
    assert said in " ".join(problems(GOOD + lines + section))


def test_a_brokers_password_goes_by_reference_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "amqps://inlay:hunter2@broker.example/crm"
    lines = 'broker = "main"\nbroker_queue = "q"\n[brokers.main]\n'
    assert "hunter2" not in " ".join(problems(GOOD + lines + f'url = "{url}"\n'))
    monkeypatch.setenv("INLAY_BROKER", url)
    settings = Settings.parse(GOOD + lines + 'url = "env:INLAY_BROKER"\n')
    assert settings.brokers["main"].url == url
    assert "hunter2" not in repr(settings)


def test_two_connections_do_not_share_a_queue() -> None:
    lines = 'broker = "main"\nbroker_queue = "q"\n'
    other = GOOD[GOOD.index("[connections.crm]") :].replace("[connections.crm]", "[connections.other]")
    assert "is the queue of crm too" in " ".join(problems(GOOD + lines + other + lines + BROKER))


def test_a_token_of_an_address_can_stand_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = 'issuer = "x"\nevent_tokens = ["env:INLAY_TOKEN"]\n'
    monkeypatch.setenv("INLAY_TOKEN", "a/b" * 16)
    said = " ".join(problems(GOOD + lines))
    assert "cannot stand in an address" in said
    assert "a/b" not in said
    monkeypatch.setenv("INLAY_TOKEN", "ab-_" * 8)
    assert Settings.parse(GOOD + lines).connections["crm"].event_tokens
