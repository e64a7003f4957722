"""What an org would refuse in our package is refused here, by file and line, with its mend."""

from __future__ import annotations

import pytest

from app.hosts.salesforce import bundles, metadata
from tests.hosts._packages import Files, built, files, findings, moved, spoiled

HOST = "salesforce"
CANVAS, POLICY = "Inlay_canvas.ecaCanvas-meta.xml", "Inlay_oauthPlcy.ecaOauthPlcy-meta.xml"
LWC, RIGHTS = "inlayPanel.js-meta.xml", "Inlay_Viewer.permissionset-meta.xml"
SITE, GLOBAL = "Inlay.cspTrustedSite-meta.xml", "Inlay_glbloauth.ecaGlblOauth-meta.xml"


@pytest.fixture(scope="module")
def source() -> Files:
    return files(built(HOST)[0])


@pytest.fixture(scope="module")
def archive() -> Files:
    return files(built(HOST)[1])


def test_both_forms_hold(source: Files, archive: Files) -> None:
    assert findings(HOST, source) == findings(HOST, archive) == []


SPOILED = {
    "wrong order": (CANVAS, "<accessMethod>Post</accessMethod>\n", "", "lacks <accessMethod>"),
    "late": (CANVAS, "    <accessMethod>Post", "    <label>a</label>\n    <accessMethod>Post", "stands after <label>"),
    "wrong enum": (CANVAS, ">Aura<", ">LayoutSection<", "'LayoutSection' is no value"),
    "an enum that is text to the vendor": (POLICY, ">SpecificInactivity<", ">Forever<", "'Forever' is no value"),
    "idle for too long": (POLICY, ">30<", ">90<", "more than 30 days"),
    "unknown element": (
        RIGHTS,
        "    <label>",
        "    <connectedAppSettings/>\n    <label>",
        "<connectedAppSettings> is unknown",
    ),
    "dangling app": (CANVAS, ">Inlay</ext", ">Inlai</ext", "There is no app 'Inlai'"),
    "dangling field": (RIGHTS, "Lead.Inlay_lead", "Lead.Inlay_load", "The package has no field"),
    "wrong root": (SITE, "CspTrustedSite", "CspTrustedSites", "no well-formed XML"),
    "root of another type": (SITE, "<CspTrustedSite xmlns", "<RemoteSite xmlns", "no well-formed XML"),
    "allows nothing": (SITE, "<isApplicableToFrameSrc>true", "<isApplicableToFrameSrc>false", "It allows nothing"),
    "http": (SITE, "https://panels", "http://panels", "is without TLS"),
    "reserved path": ("inlayPanel.js", "com/launch/", "com/aura/launch/", "the host's own paths"),
    "fragment": (CANVAS, "/launch/acme<", "/launch/acme#badge<", "cut off"),
    "too much": ("Inlay_oauth.ecaOauth-meta.xml", "Api, Basic", "Api, Full", "more than panels need"),
    "written secret": (
        GLOBAL,
        "    <externalClient",
        "    <consumerSecret>9F86D081884C7D65</consumerSecret>\n    <externalClient",
        "<consumerSecret> is written down",
    ),
    "srcdoc": ("inlayPanel.html", "src={src}", 'srcdoc="x"', "refuses srcdoc"),
    "no sandbox": ("inlayPanel.html", "sandbox=", "data-sandbox=", "no sandbox"),
    "wrong target": (LWC, "lightning__RecordPage<", "lightning__Record<", "There is no target"),
    "wrong default": (LWC, 'default="score-badge" required', 'default="x" required', "none of the choices"),
    "no such action": ("inlayCanvas.cmp", "{!c.fail}", "{!c.failed}", "The controller has no failed"),
    "another canvas": ("inlayCanvas.cmp", 'developerName="Inlay"', 'developerName="Other"', "There is no app 'Other'"),
    "old version": ("sfdx-project.json", "66.0", "58.0", "does not know canvas settings"),
    "no JSON": ("sfdx-project.json", "{", "", "This is no JSON"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_found(source: Files, name: str) -> None:
    path, old, new, word = SPOILED[name]
    found = [each for each in findings(HOST, spoiled(source, path, old, new)) if word in each.what]
    assert found, findings(HOST, spoiled(source, path, old, new))
    assert all(each.file.endswith(path) and each.mend for each in found)
    assert all(each.line for each in found)


def test_the_line_is_the_one_that_was_spoiled(source: Files) -> None:
    broken = spoiled(source, CANVAS, ">Aura<", ">LayoutSection<")
    (found,) = findings(HOST, broken)
    lines = broken[found.file].decode().splitlines()
    assert "LayoutSection" in lines[found.line - 1]


@pytest.mark.parametrize(
    ("path", "to", "word"),
    [
        ("Inlay.eca-meta.xml", "Inlay.externalApp-meta.xml", "No type of metadata has the suffix"),
        (
            "extlClntAppPolicies/Inlay_plcy.ecaPlcy-meta.xml",
            "policies/Inlay_plcy.ecaPlcy-meta.xml",
            "does not belong here",
        ),
        ("Inlay.eca-meta.xml", "Inlay.eca", "the other format's name"),
        ("inlayPanel.html", "panel.html", "missing"),
    ],
)
def test_names_and_places_are_the_vendor_s(source: Files, path: str, to: str, word: str) -> None:
    assert any(word in each.what for each in findings(HOST, moved(source, path, to)))


def test_the_manifest_names_what_is_there_and_only_that(archive: Files) -> None:
    extra = spoiled(archive, "package.xml", "Inlay_plcy", "Inlay_policy")
    found = [each.what for each in findings(HOST, extra)]
    assert any("There is no ExtlClntAppConfigurablePolicies 'Inlay_policy'" in each for each in found)
    assert any("'Inlay_plcy' is not listed" in each for each in found)
    nested = {"a/package.xml": archive["package.xml"]}
    assert findings(HOST, nested)[0].what.startswith("There is neither")


def test_every_type_of_the_table_has_one_suffix() -> None:
    assert len(metadata.BY_SUFFIX) == len(metadata.KINDS)
    assert metadata.suffix_of("force-app/main/default/lwc/inlayPanel/inlayPanel.js-meta.xml") == "js"
    assert metadata.suffix_of("lwc/inlayPanel/inlayPanel.js") == ""
    assert list(bundles.bundles({}, {}, set())) == []
