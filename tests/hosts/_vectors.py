"""The matrix as data: what `scripts/launches.py` writes for other implementations, and what our own test reads.

How the files are read is said in tests/launches/README.md.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from joserfc.jwk import Key, import_key

from app.config import ConnectionSettings, Secret
from app.errors import LaunchRefused
from app.hosts import HOSTS
from app.hosts._keys import Discovery, _pick
from app.launch import LaunchRequest, Record
from tests.hosts._matrix import CASES
from tests.hosts._proofs import BUILDERS, CLOCK, LAUNCHES, TENANT_KEYS, Attempt, published

FOLDER = LAUNCHES / "matrix"
# Of a connection, what a launch is held against.
SETTINGS = (
    "origins", "components", "issuer", "audience", "algorithms", "jwks_url", "shared_keys", "secrets", "public_keys",
    "tenants", "client_id", "scope", "clients", "host_url", "single_use",
)  # fmt: skip
# Signed by a key of a moment: another text each time, and each is as wrong as the other. So is each of ES256, whose
# signatures hold a number drawn by lot.
BY_LOT = frozenset({"signed by a stranger", "signed by the key that it names"})
_LONG = 8_000
_RUN = re.compile(r"(.{1,24}?)\1{199,}", re.DOTALL)


def squeezed(text: str) -> str | list[list[Any]]:
    """A long text as runs, `[piece, how often]`: a megabyte of one letter need not be stored."""
    if len(text) < _LONG:
        return text
    runs: list[list[Any]] = []
    at = 0
    for found in _RUN.finditer(text):
        runs += [[text[at : found.start()], 1], [found[1], len(found[0]) // len(found[1])]]
        at = found.end()
    return [run for run in [*runs, [text[at:], 1]] if run[0]]


def whole(squeezed: str | list[list[Any]]) -> str:
    return squeezed if isinstance(squeezed, str) else "".join(piece * times for piece, times in squeezed)


def written(host: str) -> dict[str, Any]:
    """A host's file as a value."""
    builder = BUILDERS[host]()
    heard: dict[str, dict[str, str]] = {}
    for case in CASES(host):
        if not case.reason:
            keys = _Listening(builder.keys, heard)
            HOSTS[host].verify(case.mutate(builder).request(), builder.connection, keys)
    named = {"ed", "es", "rs", *TENANT_KEYS} if heard or builder.connection.jwks_url else set()
    return {
        "host": host,
        "clock": CLOCK,
        "connection": {name: _plain(getattr(builder.connection, name)) for name in SETTINGS},
        "discovery": heard,
        "keys": [published(name) for name in sorted(named)],
        "launches": [
            {"name": case.name, "reason": case.reason} | _attempt(case.mutate(builder)) for case in CASES(host)
        ],
    }


def misjudged(host: str) -> list[tuple[str, str, str]]:
    """Rows of the matrix that the host does not see so: name, the reason there, and the host's."""
    builder, found = BUILDERS[host](), []
    for case in CASES(host):
        reason = ""
        try:
            HOSTS[host].verify(case.mutate(builder).request(), builder.connection, builder.keys)
        except LaunchRefused as error:
            reason = error.reason
        if reason != case.reason:
            found.append((case.name, case.reason, reason))
    return found


def kept(filed: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """A host's file as made now, with the filed proofs that differ in nothing but a number drawn by lot."""
    if any(filed[name] != made[name] for name in made.keys() - {"launches"}):
        return made  # another key: the old signatures do not hold
    old = {each["name"]: each for each in filed["launches"]}
    every = any(each["name"] == "good" and _is_es256(each) for each in made["launches"])
    launches = [
        each | {"proof": old[name]["proof"]}
        if (every or name in BY_LOT or _is_es256(each)) and name in old and _signed(old[name]) == _signed(each)
        else each
        for each in made["launches"]
        for name in (each["name"],)
    ]
    return made | {"launches": launches}


def _signed(launch: dict[str, Any]) -> list[str]:
    return whole(launch["proof"]).split(".")[:2]


def _is_es256(launch: dict[str, Any]) -> bool:
    try:
        return b'"ES256"' in base64.urlsafe_b64decode(_signed(launch)[0] + "==")
    except ValueError:
        return False


def text(host: str) -> str:
    """A host's file: a launch on each line."""
    path, made = FOLDER / f"{host}.json", written(host)
    if path.is_file():
        made = kept(json.loads(path.read_text("utf-8")), made)
    launches = made.pop("launches")
    head = json.dumps(made, indent=1, ensure_ascii=True)[:-2]
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=True) for each in launches)
    return f'{head},\n "launches": [\n  {lines}\n ]\n}}\n'


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "proof": squeezed(attempt.proof),
        "component": attempt.component,
        "records": list(attempt.records),
        "origin": attempt.origin,
        "now": attempt.now,
        "nonce": attempt.nonce,
        "kind": str(attempt.kind),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, Mapping) else value


class _Listening:
    """A key source that notes what it was asked."""

    def __init__(self, keys: Any, heard: dict[str, dict[str, str]]) -> None:
        self._keys, self._heard = keys, heard

    def discover(self, url: str) -> Discovery:
        found: Discovery = self._keys.discover(url)
        self._heard[url] = {"issuer": found.issuer, "jwks_uri": found.jwks_url}
        return found

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return self._keys.find(url, algorithm, kid)  # type: ignore[no-any-return]


class Read:
    """A host's file as another implementation would read it: nothing of the builders is used."""

    def __init__(self, host: str) -> None:
        said = json.loads((FOLDER / f"{host}.json").read_text("utf-8"))
        self.launches: list[dict[str, Any]] = said["launches"]
        self.connection = _connection(host, said["connection"])
        self._discovery = said["discovery"]
        self._keys = tuple(import_key(each) for each in said["keys"])

    def discover(self, url: str) -> Discovery:
        return Discovery(self._discovery[url]["issuer"], self._discovery[url]["jwks_uri"])

    def find(self, _url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return _pick(self._keys, algorithm, kid)

    def request(self, launch: dict[str, Any]) -> LaunchRequest:
        records = tuple(Record.parse(each) for each in launch["records"])
        proof, nonce = whole(launch["proof"]), launch["nonce"]
        return LaunchRequest(proof, launch["component"], records, launch["origin"], launch["now"], nonce=nonce)


@cache
def read(host: str) -> Read:
    return Read(host)


def _connection(host: str, said: dict[str, Any]) -> ConnectionSettings:
    secret = {"secrets", "public_keys"}
    made: dict[str, Any] = {"name": host, "host": host, "capabilities": ()}
    for name, value in said.items():
        if name in secret:
            made[name] = tuple(Secret(each) for each in value)
        elif name == "shared_keys":
            made[name] = {kid: Secret(each) for kid, each in value.items()}
        else:
            made[name] = tuple(value) if isinstance(value, list) else value
    assert made.keys() <= {each.name for each in fields(ConnectionSettings)}
    return ConnectionSettings(**made)


def hosts_on_file() -> list[str]:
    """The hosts that have a file."""
    return [path.stem for path in sorted(FOLDER.glob("*.json"))]
