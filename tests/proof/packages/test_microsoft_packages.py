"""The vendor's own checks of our packages: schemas and converters from its npm packages, and its XSDs.

What a check is known to catch is broken first: a check that takes everything proves nothing.
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
from lxml import etree

from tests.hosts._microsoft import INLAY, built
from tests.npm import package

pytestmark = pytest.mark.proof
XSD = Path(os.environ.get("INLAY_OFFICE_XSD", ""))
with_xsd = pytest.mark.skipif(
    not (XSD / "OfficeAppManifestV1_1.xsd").is_file(),
    reason="set INLAY_OFFICE_XSD to a folder with the schemas of [MS-OWEMXML], which no registry has",
)


def node(script: str, given: Any, name: str) -> Any:
    """What a script says of a value, run beside a vendor's package."""
    found, program = package(name, "microsoft"), shutil.which("node")
    if program is None:
        pytest.skip("Node is not on this machine")
    call = f"(async () => {{ {script} }})().then((said) => console.log(JSON.stringify(said)))"
    whole = f"const given = {json.dumps(given)};\n{call}"
    folder = next(each for each in found.parents if each.name == "node_modules").parent
    done = subprocess.run(
        [program, "-e", whole], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


# --- Teams ---

APP = "return await require('@microsoft/app-manifest').AppManifestUtils.validateAgainstSchema(given)"


def test_the_app_s_manifest_is_of_its_schema() -> None:
    manifest = json.loads(built("teams")["manifest.json"])
    assert node(APP, manifest, "@microsoft/app-manifest") == []
    assert node(APP, manifest | {"accentColor": "blue"}, "@microsoft/app-manifest")


# --- SharePoint ---

COMPONENT = (
    "const inside = '/node_modules/@microsoft/sp-module-interfaces/lib-commonjs/manifestSchemaValidator.js';"
    "const v = require(process.cwd() + inside).default;"
    "const r = v[given.check](given.manifest); return [r.result, r.errors || []]"
)


@pytest.mark.parametrize(
    ("kind", "check"), [("WebPart", "validateWebPartManifest"), ("Extension", "validateCommandSetManifest")]
)
def test_the_components_are_of_their_schema(kind: str, check: str) -> None:
    [part] = [content for path, content in built("sharepoint").items() if f"/{kind}_" in path]
    element = etree.fromstring(part).find("{*}ClientSideComponent")
    assert element is not None
    manifest = json.loads(element.get("ComponentManifest", ""))
    said = node(COMPONENT, {"check": check, "manifest": manifest}, "@microsoft/sp-module-interfaces")
    assert said[0] is True, said
    said = node(COMPONENT, {"check": check, "manifest": manifest | {"alias": "a"}}, "@microsoft/sp-module-interfaces")
    assert said[0] is False


# --- Office ---


def test_the_add_in_s_manifest_is_converted(tmp_path: Path) -> None:
    """The vendor's converter reads it whole; what it writes is of the newer manifest's schema."""
    [content] = built("office").values()
    (tmp_path / "manifest.xml").write_bytes(content)
    tool = package("office-addin-manifest-converter", "microsoft")
    command = ["node", str(tool / "cli.js"), "convert", str(tmp_path / "manifest.xml"), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    [written] = (tmp_path / "out").rglob("manifest.json")
    manifest = json.loads(written.read_text("utf-8"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert manifest["extensions"][0]["runtimes"][0]["code"]["page"].startswith(f"{INLAY}/pages/office/pane")
    assert manifest["webApplicationInfo"]["resource"].startswith("api://")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The vendor's schemas, with what a bulk edit of their only public copy broke set right."""
    folder = tmp_path_factory.mktemp("xsd")
    for path in XSD.glob("*.xsd"):
        text = path.read_text("utf-8-sig")
        text = text.replace("https://www.w3.org/2001/XMLSchema", "http://www.w3.org/2001/XMLSchema")
        text = text.replace("https://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2000/09/xmldsig#")
        (folder / path.name).write_text(text.replace("{0,3}?", "{0,3}"), "utf-8")
    (folder / "ContentAppVersionOverridesV1_0.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" '
        'targetNamespace="http://schemas.microsoft.com/office/contentappversionoverrides">'
        '<xs:element name="VersionOverrides"><xs:complexType><xs:sequence><xs:any processContents="lax" minOccurs="0" '
        'maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
    )
    return etree.XMLSchema(etree.parse(folder / "OfficeAppManifestV1_1.xsd"))


@with_xsd
@pytest.mark.parametrize(
    ("spoil", "valid"),
    [
        (lambda text: text, True),
        (lambda text: text.replace(b"ReadWriteDocument", b"Everything"), False),
        (lambda text: text.replace(b"<Id>", b"<Version>1.2.3.0</Version><Id>", 1), False),
    ],
)  # fmt: skip
def test_the_add_in_s_manifest_is_of_its_schema(
    schema: etree.XMLSchema, spoil: Callable[[bytes], bytes], valid: bool
) -> None:
    [content] = built("office").values()
    assert schema.validate(etree.fromstring(spoil(content))) is valid, schema.error_log
