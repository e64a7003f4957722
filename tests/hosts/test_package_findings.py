"""What no package may hold: secrets, addresses without TLS, paths that lead out, files that are not what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.config import Secret
from app.hosts._package_findings import held, scan
from tests.hosts._packages import connection

KEY = "9f86d081884c7d659a2feaa0c55ad015"
SECRETS = {
    "PEM": "-----BEGIN PRIVATE KEY-----",
    "JWK": '{"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "x": "a"}',
    "JWK, the other way around": '{"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "kty": "OKP"}',
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovLyJ9.SflKxwRJSMeKKF2QT4fwpMeJ",
    "cloud key": "AKIAIOSFODNN7EXAMPLE",
    "webhook": "whsec_C2FVsBQIhrscChlQIMV+b5sS",
    "session": "00DAB0000000001!AQ.abcdefghijklmnopqrst",
    "element": "<consumerSecret>9F86D081884C7D65</consumerSecret>",
    "named": f'client_secret = "{KEY}"',
    "quoted name": f'"apiKey": "{KEY}"',
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_on_its_line(name: str) -> None:
    (found, *_) = scan({"a.txt": f"one\ntwo\n{SECRETS[name]}\n".encode()})
    assert (found.file, found.line, found.level) == ("a.txt", 3, "problem")


def test_a_key_in_many_lines_is_found_where_its_private_part_is() -> None:
    text = b'{"keys": [\n{"use": "sig"},\n{"kty": "oct",\n"alg": "HS256",\n"k": "c2VjcmV0"}]}'
    (found,) = scan({"a.txt": text})
    assert (found.line, found.what) == (5, "This looks like a private key.")


@pytest.mark.parametrize(
    "text",
    [
        "<isConsumerSecretOptional>false</isConsumerSecretOptional>",
        'secret = "env:INLAY_KEY_OF_PRODUCTION_1"',
        "const getToken = async () => (await answer.json()).token",
        'os.environ["INLAY_KEY"].encode()',
        '"kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"',
        'sign_in_client_id = "0123456789abcdef0123456789abcdef"',
    ],
)
def test_names_references_and_public_keys_are_no_secrets(text: str) -> None:
    assert scan({"a.txt": text.encode()}) == []


def test_the_connection_s_own_secrets_are_known_letter_by_letter() -> None:
    given = replace(connection("guest"), shared_keys={"new": Secret("plain words of a secret")})
    (found,) = held({"a.js": b"one\n// plain words of a secret", "b.js": b""}, given)
    assert (found.file, found.line) == ("a.js", 2)
    assert "plain words" not in str(found)


def test_addresses_have_tls_except_names_and_this_machine() -> None:
    (found,) = scan({"a.js": b"'http://panels.example.com/x'"})
    assert (found.level, found.line) == ("problem", 1)
    assert scan({"a.xml": b'<a xmlns="http://www.w3.org/2000/svg"/>'}) == []
    assert [each.level for each in scan({"a.js": b"'http://127.0.0.1:8000/launch' 'http://localhost:1'"})] == [
        "note"
    ] * 2


@pytest.mark.parametrize("path", ["/etc/x", "a/../../x", "a\\b", "C:/x", ".DS_Store", "__MACOSX/a"])
def test_paths_stay_inside_and_hidden_files_out(path: str) -> None:
    assert scan({path: b""})[0].file == path


def test_files_are_what_they_say() -> None:
    assert [each.line for each in scan({"a.xml": b"<a>\n<b>\n</a>"})] == [3]
    assert [each.line for each in scan({"a.json": b'{\n"a": ,}'})] == [2]
    assert "document type" in scan({"a.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'})[0].what
