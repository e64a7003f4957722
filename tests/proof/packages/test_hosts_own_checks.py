"""The hosts' own software beside ours: HubSpot's clients sign and check, Zendesk's validator reads the app.

HubSpot's come from the npm registry and the Python package index. Zendesk's is a Ruby gem for Ruby 3.2 (Debian 12 has
3.1): it is looked for among the installed ones, or as a checkout in the folder that `ZENDESK_APPS_SUPPORT` names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.errors import LaunchRefused
from app.hosts import HOSTS
from tests.hosts._packages import built, files
from tests.hosts._vectors import read
from tests.npm import package
from tests.proof.packages.wheels import wheel

pytestmark = pytest.mark.proof

_NODE = """
const { Signature } = require(process.argv[1])
const asked = JSON.parse(require("fs").readFileSync(0))
Date.now = () => asked.now
const told = asked.requests.map(({ method, url, body, timestamp, secret, signature }) => {
  const options = { clientSecret: secret, url, requestBody: body, timestamp, signature }
  let valid
  try { valid = Signature.isValid({ ...options, method, signatureVersion: "v3" }) } catch { valid = false }
  return { made: Signature.getSignature(method, "v3", options), valid }
})
console.log(JSON.stringify(told))
"""


# Its module alone: what the rest of that client depends on is not needed for it.
_PYTHON = """
import datetime, json, sys, types
for name in ("hubspot", "hubspot.utils"):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [sys.argv[1] + "/" + name.replace(".", "/")]
from hubspot.utils import signature
asked = json.load(sys.stdin)
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(asked["now"] / 1000, tz)
signature.datetime = Clock
told = []
for each in asked["requests"]:
    parts = (each["body"], "v3", each["url"], each["method"], str(each["timestamp"]))
    client, made = signature.Signature, signature.Signature.get_signature(each["secret"], *parts)
    body, version, url, method, at = parts
    try:
        valid = client.is_valid(each["signature"], each["secret"], body, url, method, version, at)
    except Exception:
        valid = False
    told.append({"made": made, "valid": valid})
print(json.dumps(told))
"""
HUBSPOT = ("hubspot-api-client==12.0.0", "5426627ff808fdf259d5b5e4791667a323a2a82d36a834e7e43ec8e8f021aa08")
Told = Callable[..., list[dict[str, Any]]]


def node() -> Sequence[str]:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not on this machine")
    return [found, "-e", _NODE, str(package("@hubspot/api-client", "hubspot"))]


def python() -> Sequence[str]:
    return [sys.executable, "-c", _PYTHON, str(wheel(*HUBSPOT))]


@pytest.fixture(params=[node, python], ids=["node", "python"])
def told(request: pytest.FixtureRequest) -> Told:
    """What a client of the vendor's says of launches: the signature that it makes, and whether it takes theirs."""
    command = request.param()

    def says(launches: list[dict[str, Any]], secret: str, now: float) -> list[dict[str, Any]]:
        requests = [_asked(json.loads(launch["proof"]), secret) for launch in launches]
        given = json.dumps({"now": now * 1000, "requests": requests})
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return says


def _asked(proof: dict[str, Any], secret: str) -> dict[str, Any]:
    return {
        "method": proof["method"],
        "url": proof["address"],
        "body": proof["body"],
        "timestamp": int(proof["headers"]["x-hubspot-request-timestamp"]),
        "signature": proof["headers"]["x-hubspot-signature-v3"],
        "secret": secret,
    }


def named(*names: str) -> list[dict[str, Any]]:
    return [launch for launch in read("hubspot").launches if launch["name"] in names]


def test_hubspot_s_own_clients_make_the_signatures_of_our_good_launches(told: Told) -> None:
    file = read("hubspot")
    launches = named("good", "a space and letters beyond ASCII", "an unknown part")
    assert len(launches) == 3
    secret, now = file.connection.secrets[0].reveal(), launches[0]["now"]
    for launch, answer in zip(launches, told(launches, secret, now), strict=True):
        assert answer["made"] == json.loads(launch["proof"])["headers"]["x-hubspot-signature-v3"]
        assert answer["valid"]
        HOSTS["hubspot"].verify(file.request(launch), file.connection, file)


def test_the_last_moment_is_taken_by_one_of_its_clients_and_by_us(told: Told, request: pytest.FixtureRequest) -> None:
    """Five minutes to the millisecond. The vendor's page refuses what is older; its Python client, this moment too."""
    file, [launch] = read("hubspot"), named("five minutes old")
    [answer] = told([launch], file.connection.secrets[0].reveal(), launch["now"])
    assert answer["made"] == json.loads(launch["proof"])["headers"]["x-hubspot-signature-v3"]
    assert answer["valid"] is ("node" in request.node.name)
    HOSTS["hubspot"].verify(file.request(launch), file.connection, file)


def test_what_its_clients_take_and_we_do_not(told: Told) -> None:
    """They know one bound of the time, and do not look where a request went: both are ours to hold."""
    file = read("hubspot")
    launches = named("signed in the future", "an event of the same app", "a viewer of the card's own choice")
    assert len(launches) == 3
    secret, now = file.connection.secrets[0].reveal(), launches[0]["now"]
    for launch, answer in zip(launches, told(launches, secret, now), strict=True):
        assert answer["valid"], launch["name"]
        with pytest.raises(LaunchRefused):
            HOSTS["hubspot"].verify(file.request(launch), file.connection, file)


def test_what_its_clients_refuse_we_refuse(told: Told) -> None:
    file = read("hubspot")
    launches = named("signed by a stranger", "changed after signing", "older", "a signature in hexadecimal")
    assert len(launches) == 4
    secret, now = file.connection.secrets[0].reveal(), launches[0]["now"]
    assert not any(answer["valid"] for answer in told(launches, secret, now))
    assert all(launch["reason"] for launch in launches)


_VALIDATE = """
home = ENV["ZENDESK_APPS_SUPPORT"]
$:.unshift File.join(home, "lib") if home
require "set"; require "stringio"; require "zendesk_apps_support"
found = ZendeskAppsSupport::Package.new(ARGV[0], false).validate(marketplace: true)
puts found.map { |each| each.respond_to?(:key) ? each.key.to_s : each.to_s }
"""


@pytest.fixture(scope="module")
def validate() -> Callable[[Path], list[str]]:
    """Zendesk's own validator: the faults that it finds in a folder."""
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("ruby is not on this machine, so zendesk_apps_support cannot look at the app")
    home = os.environ.get("ZENDESK_APPS_SUPPORT", "")
    there = subprocess.run(
        [ruby, *(["-I", f"{home}/lib"] if home else []), "-e", 'require "zendesk_apps_support"'],
        capture_output=True,
        check=False,
    )
    if there.returncode:
        pytest.skip("the gem zendesk_apps_support is not installed, and ZENDESK_APPS_SUPPORT names no checkout of it")

    def found(folder: Path) -> list[str]:
        done = subprocess.run([ruby, "-e", _VALIDATE, "--", str(folder)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return found


def test_zendesk_s_own_validator_takes_the_app_and_refuses_a_spoiled_one(
    validate: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    for path, content in files(built("zendesk")[0]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert validate(tmp_path) == []
    manifest = tmp_path / "manifest.json"
    good = manifest.read_text()
    for old, new, fault in (
        ('"ticket_sidebar"', '"ticket_footer"', "invalid_location"),
        ('"frameworkVersion": "2.0"', '"frameworkVersion": "1.0"', "invalid_version"),
        ('"private": true', '"private": "yes"', "unacceptable_boolean"),
    ):
        manifest.write_text(good.replace(old, new))
        assert fault in validate(tmp_path)
