"""The guest package: its signing examples sign what Inlay takes, and keys change without an outage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from app.config import ConnectionSettings, Secret
from app.errors import LaunchRefused
from app.hosts.guest.launch import verify
from app.hosts.guest.package import PACKAGE, build
from app.launch import Launch, LaunchRequest
from tests.hosts._packages import connection, deployment, files, findings, spoiled

OLD, NEW = "old" + "k" * 40, "new" + "k" * 40
SHARED: Mapping[str, Any] = {"algorithms": ("HS256",), "shared_keys": {"2026-10": Secret(OLD)}}
MAKERS: Mapping[str, Any] = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), RSAKey),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECKey),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPKey),
}
PYTHON = (sys.executable, "sign.py")
NODE = ("node", "sign.mjs")


class OneKey:
    """A published key set of one key, without a name."""

    def __init__(self, key: Key | None = None) -> None:
        self._key = key

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return (self._key,) if self._key else ()

    def discover(self, url: str) -> Any:
        raise NotImplementedError


def signed(
    folder: Path, command: tuple[str, str], environment: Mapping[str, str], *records: str, **changes: Any
) -> str:
    """What an example prints, as built for this connection."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    (made,) = build(deployment("guest", **changes))
    path = folder / command[1]
    path.write_bytes(files(made)[f"sign/{command[1]}"])
    arguments = [command[0], str(path), "maria", "score-badge", *(records or ("Lead/1",))]
    given = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run(arguments, env=given, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def opened(proof: str, key: Key | None = None, **changes: Any) -> Launch:
    asked = LaunchRequest(proof, "score-badge", now=time.time())
    return verify(asked, replace(connection("guest"), **changes), OneKey(key))


def tampered(proof: str) -> str:
    head, claims, signature = proof.split(".")
    return f"{head}.{claims[:-2]}{'A' if claims[-2] != 'A' else 'B'}{claims[-1]}.{signature}"


@pytest.mark.parametrize("command", [PYTHON, NODE], ids=["Python", "Node"])
def test_an_example_signs_what_we_take_and_nobody_can_change_it(tmp_path: Path, command: tuple[str, str]) -> None:
    proof = signed(tmp_path, command, {"INLAY_KEY": OLD}, **SHARED)
    launch = opened(proof, **SHARED)
    assert (launch.viewer.subject, str(launch.records[0]), launch.component) == ("maria", "Lead/1", "score-badge")
    with pytest.raises(LaunchRefused):
        opened(tampered(proof), **SHARED)
    with pytest.raises(LaunchRefused):
        opened(signed(tmp_path, command, {"INLAY_KEY": "another" + "k" * 40}, **SHARED), **SHARED)


@pytest.mark.parametrize("command", [PYTHON, NODE], ids=["Python", "Node"])
@pytest.mark.parametrize("algorithm", MAKERS)
def test_an_example_signs_with_a_published_key(tmp_path: Path, command: tuple[str, str], algorithm: str) -> None:
    make, kind = MAKERS[algorithm]
    private = make()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    changes = {"algorithms": (algorithm,), "shared_keys": {}}
    environment = {"INLAY_PRIVATE_KEY": str(tmp_path / "key.pem"), "INLAY_KID": "one"}
    proof = signed(tmp_path, command, environment, "Lead/1", "Lead/2", **changes)
    key = kind.import_key(pem)
    assert len(opened(proof, key, **changes).records) == 2
    with pytest.raises(LaunchRefused):
        opened(tampered(proof), key, **changes)


# What an instance has for its script includes, and these examples ask of it.
INSTANCE = """
const crypto = require("crypto");
globalThis.Class = { create: () => function () { this.initialize() } };
globalThis.gs = { getUserID: () => "maria", generateGUID: () => crypto.randomUUID().replace(/-/g, "") };
globalThis.GlideStringUtil = { base64Encode: (text) => Buffer.from(text, "latin1").toString("base64") };
globalThis.GlideCertificateEncryption = function () {
  this.generateMac = (key, name, text) =>
    crypto.createHmac({ HmacSHA256: "sha256" }[name], Buffer.from(key, "base64")).update(text).digest("base64");
};
"""


def test_a_script_include_signs_what_we_take_and_nobody_can_change_it(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    (made,) = build(deployment("guest", **SHARED))
    script = files(made)["sign/InlaySign.js"].decode()
    call = f'new InlaySign().sign("{OLD}", "2026-10", "score-badge", ["Lead/1"], {{name: "Zoë Łuk 🙂"}})'
    done = subprocess.run(
        [node, "-e", f"{INSTANCE}{script}console.log({call})"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    launch = opened(done.stdout.strip(), **SHARED)
    assert (launch.viewer.subject, launch.viewer.name, str(launch.records[0])) == ("maria", "Zoë Łuk 🙂", "Lead/1")
    with pytest.raises(LaunchRefused):
        opened(tampered(done.stdout.strip()), **SHARED)


def test_a_shared_key_is_rotated_without_an_outage(tmp_path: Path) -> None:
    """Both are known, then the signer changes, then the old one goes: at no step is a good proof refused."""

    def sign(kid: str, key: str) -> str:
        return signed(tmp_path, PYTHON, {"INLAY_KEY": key, "INLAY_KID": kid}, **SHARED)

    def knows(**keys: str) -> ConnectionSettings:
        known = {name.replace("_", "-").strip("-"): Secret(value) for name, value in keys.items()}
        return replace(connection("guest"), algorithms=("HS256",), shared_keys=known)

    def takes(settings: ConnectionSettings, proof: str) -> bool:
        try:
            return bool(verify(LaunchRequest(proof, "score-badge", now=time.time()), settings, OneKey()))
        except LaunchRefused:
            return False

    before, both, after = knows(_2026_10=OLD), knows(_2026_10=OLD, _2026_11=NEW), knows(_2026_11=NEW)
    old, new = sign("2026-10", OLD), sign("2026-11", NEW)
    assert [takes(before, old), takes(before, new)] == [True, False]  # so the server learns it first
    assert [takes(both, old), takes(both, new)] == [True, True]
    assert [takes(after, old), takes(after, new)] == [False, True]
    assert not takes(both, sign("2026-11", OLD))  # a name does not stand for any key


def test_each_language_gets_what_it_can_sign() -> None:
    def names(*algorithms: str, **changes: Any) -> set[str]:
        given = {"algorithms": algorithms, "shared_keys": {}} | changes
        return {path.removeprefix("sign/") for path in files(build(deployment("guest", **given))[0]) if "sign/" in path}

    assert names("EdDSA") == {"sign.py", "sign.mjs"}
    assert names("ES256") == {"sign.py", "sign.mjs", "Sign.cs"}
    assert names("RS256") == {"sign.py", "sign.mjs", "Sign.cs", "InlaySign.cls"}
    assert names("EdDSA", "HS256", shared_keys=SHARED["shared_keys"]) == names("RS256") | {"InlaySign.js"}


LOADER = '<script src="https://panels.example.com/embed/inlay.js" defer></script>'
OURS = '<script src="inlay-host.js" defer></script>'
SPOILED = {
    "no loader": ("page.html", "/embed/inlay.js", "/embed/other.js", "The loader is missing"),
    "wrong order": (
        "page.html",
        f"{LOADER}\n{OURS}",
        f"{OURS}\n{LOADER}",
        "comes before the loader",
    ),
    "a script in the page": ("page.html", "<h1>", "<script>1</script><h1>", "A script stands in the page"),
    "no record": ("page.html", 'record="Lead/1"', 'record="1"', "is no record"),
    "a proof in the page": (
        "page.html",
        'connection="acme"',
        'token="x" connection="acme"',
        "A proof stands in the page",
    ),
    "no connection": ("page.html", 'connection="acme" ', "", "names no connection"),
    "http": ("page.html", "https://panels", "http://panels", "is without TLS"),
    "listens to anybody": ("inlay-host.js", "event.origin !== options.origin", "false", "listens to anybody"),
    "keeps proofs": ("inlay-host.js", "const getToken", "localStorage.x = 1; const getToken", "Proofs are not kept"),
    "lives too long": ("sign/sign.py", "now + 300", "now + 3600", "lives for 3600 seconds"),
    "lacks a claim": ("sign/sign.mjs", "jti:", "id:", "does not say jti"),
    "a key inside": ("sign/sign.py", 'os.environ["INLAY_KEY"]', 'shared_key = "9f86d081884c7d659a2feaa0"', "a secret"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_found(name: str) -> None:
    (made,) = build(deployment("guest", name="acme", **SHARED))
    assert findings("guest", files(made)) == []
    path, old, new, word = SPOILED[name]
    found = [each for each in findings("guest", spoiled(files(made), path, old, new)) if word in each.what]
    assert found
    assert {each.file for each in found} == {path}


def test_a_missing_part_and_a_strange_example_are_found() -> None:
    made = files(build(deployment("guest", **SHARED))[0])
    assert [each.file for each in PACKAGE.verify({k: v for k, v in made.items() if k != "page.html"})] == ["page.html"]
    assert PACKAGE.verify(made | {"sign/sign.rb": made["sign/sign.py"]})[0].what == "This is no example of ours."
