"""The hosts' own software beside ours: HubSpot's client signs and checks, Zendesk's validator reads the app.

HubSpot's comes from the npm registry. Zendesk's is a Ruby gem: it is looked for among the installed ones, or as a
checkout in the folder that `ZENDESK_APPS_SUPPORT` names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import LaunchRefused
from app.hosts import HOSTS
from tests.hosts._packages import built, files
from tests.hosts._vectors import read
from tests.npm import package

pytestmark = pytest.mark.proof

_SIGN = """
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


def told(launches: list[dict[str, Any]], secret: str, now: float) -> list[dict[str, Any]]:
    """What the vendor's client says of these launches: the signature that it makes, and whether it takes theirs."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    library = package("@hubspot/api-client", "hubspot")
    requests = []
    for launch in launches:
        proof = json.loads(launch["proof"])
        headers = proof["headers"]
        requests.append(
            {
                "method": proof["method"],
                "url": proof["address"],
                "body": proof["body"],
                "timestamp": int(headers["x-hubspot-request-timestamp"]),
                "signature": headers["x-hubspot-signature-v3"],
                "secret": secret,
            }
        )
    done = subprocess.run(
        [node, "-e", _SIGN, str(library)],
        input=json.dumps({"now": now * 1000, "requests": requests}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def named(*names: str) -> list[dict[str, Any]]:
    return [launch for launch in read("hubspot").launches if launch["name"] in names]


def test_hubspot_s_own_client_makes_the_signatures_of_our_good_launches() -> None:
    file = read("hubspot")
    launches = named("good", "a space and letters beyond ASCII", "an unknown part", "five minutes old")
    assert len(launches) == 4
    secret, now = file.connection.secrets[0].reveal(), launches[0]["now"]
    for launch, answer in zip(launches, told(launches, secret, now), strict=True):
        assert answer["made"] == json.loads(launch["proof"])["headers"]["x-hubspot-signature-v3"]
        assert answer["valid"]
        HOSTS["hubspot"].verify(file.request(launch), file.connection, file)


def test_what_its_client_takes_and_we_do_not() -> None:
    """It knows one bound of the time, and does not look where a request went: both are ours to hold."""
    file = read("hubspot")
    launches = named("signed in the future", "an event of the same app", "a viewer of the card's own choice")
    assert len(launches) == 3
    secret, now = file.connection.secrets[0].reveal(), launches[0]["now"]
    for launch, answer in zip(launches, told(launches, secret, now), strict=True):
        assert answer["valid"], launch["name"]
        with pytest.raises(LaunchRefused):
            HOSTS["hubspot"].verify(file.request(launch), file.connection, file)


def test_what_its_client_refuses_we_refuse() -> None:
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
