"""The package for orgs against the vendor's own schema: the types of the Metadata API's WSDL, as a schema of XML files.

Its only public copy is a repository, github.com/forcedotcom/wsdl (resources/metadata.wsdl); no registry has it, and the
schema that @jsforce/jsforce-node brings along knows no External Client Apps.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from app.hosts.salesforce.metadata import API, BY_SUFFIX, NAMESPACE, suffix_of
from tests.hosts._packages import Files, built, files, spoiled

WSDL = Path(os.environ.get("INLAY_SALESFORCE_WSDL", ""))
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        not WSDL.is_file(),
        reason="set INLAY_SALESFORCE_WSDL to resources/metadata.wsdl of github.com/forcedotcom/wsdl",
    ),
]
HOST = "salesforce"
XS = "http://www.w3.org/2001/XMLSchema"
CANVAS, POLICY = "Inlay_canvas.ecaCanvas", "Inlay_plcy.ecaPlcy"
SITE, RIGHTS = "Inlay.cspTrustedSite", "Inlay_Viewer.permissionset"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The WSDL has types, and elements for its calls only: each type gets the element that files of it begin with."""
    wsdl = etree.parse(WSDL)
    [given] = wsdl.iterfind(f".//{{{XS}}}schema[@targetNamespace='{NAMESPACE}']")
    made = etree.fromstring(etree.tostring(given))  # on its own, with the prefixes that its types are named by
    prefix = next(name for name, space in made.nsmap.items() if name and space == NAMESPACE)
    known = {each.get("name") for each in made.iterfind(f"{{{XS}}}element")}
    for each in made.findall(f"{{{XS}}}complexType"):
        if each.get("name") not in known:
            etree.SubElement(made, f"{{{XS}}}element", name=each.get("name"), type=f"{prefix}:{each.get('name')}")
    return etree.XMLSchema(made)


def described(given: Files) -> Files:
    """Files of metadata types, but for a Lightning bundle's description, which the WSDL has otherwise than orgs do."""
    found = {path: content for path, content in given.items() if path == "package.xml" or suffix_of(path) in BY_SUFFIX}
    return {path: content for path, content in found.items() if not path.endswith(".js-meta.xml")}


def test_it_is_the_version_that_the_package_names() -> None:
    assert f"Metadata API version {API}" in WSDL.read_text("utf-8")[:2000]


@pytest.mark.parametrize("form", [0, 1], ids=["source", "archive"])
def test_every_file_is_of_its_type(schema: etree.XMLSchema, form: int) -> None:
    given = described(files(built(HOST, sign_in_client_id="key", client_id="key")[form]))
    assert len(given) >= 11
    for path, content in given.items():
        assert schema.validate(etree.fromstring(content)), (path, schema.error_log)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (CANVAS, ">Post<", ">Put<"),
        (CANVAS, "<canvasUrl>", "<label>a</label><canvasUrl>"),
        (POLICY, "<isEnabled>true</isEnabled>", "<isOn>true</isOn>"),
        (SITE, "<isActive>true", "<isActive>yes"),
        (RIGHTS, "<editable>false</editable>", ""),
    ],
)
def test_what_is_broken_is_not(schema: etree.XMLSchema, path: str, old: str, new: str) -> None:
    """The same places that `inlay package verify` names: a schema that takes everything proves nothing."""
    broken = spoiled(files(built(HOST)[1]), path, old, new)
    [content] = [content for name, content in broken.items() if name.endswith(path)]
    assert not schema.validate(etree.fromstring(content))
