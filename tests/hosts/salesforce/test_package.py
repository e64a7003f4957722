"""What is built for an org: the two forms say the same, and only what this deployment is."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import pytest

from app.errors import ConfigError
from app.hosts.salesforce.package import PACKAGE, build
from tests.hosts._packages import SCORE, deployment, files

ROOT = "force-app/main/default/"


def test_values_are_escaped_as_their_file_needs_it() -> None:
    source = files(build(deployment("salesforce"))[0])
    field = source[f"{ROOT}objects/Lead/fields/Inlay_lead_score__c.field-meta.xml"].decode()
    assert "<label>Lead &amp; score</label>" in field
    assert json.loads(source["sfdx-project.json"])["sourceApiVersion"] == "66.0"


def test_the_archive_holds_the_source_s_files_under_the_other_format_s_names() -> None:
    source, archive = (files(each) for each in build(deployment("salesforce")))
    plain = {path.removeprefix(ROOT) for path in source if path.startswith(ROOT) and "/objects/" not in path}
    bundles = {path for path in plain if path.startswith(("aura/", "lwc/"))}
    named = {path.removesuffix("-meta.xml") for path in plain - bundles}
    assert set(archive) == named | bundles | {"package.xml", "objects/Lead.object", "objects/Contact.object"}


def test_signing_in_by_a_window_asks_for_its_scopes_and_a_canvas_for_less() -> None:
    path = f"{ROOT}extlClntAppOauthSettings/Inlay_oauth.ecaOauth-meta.xml"
    window = files(build(deployment("salesforce", sign_in_client_id="key"))[0])[path].decode()
    canvas = files(build(deployment("salesforce", sign_in_client_id=""))[0])[path].decode()
    assert ">Api, Basic, OpenID, RefreshToken<" in window
    assert ">Api, Basic<" in canvas


@pytest.mark.parametrize("url", ["https://panels.example.com/aura", "https://panels.example.com/webruntime/x"])
def test_an_address_that_the_host_s_pages_refuse_is_refused_first(url: str) -> None:
    with pytest.raises(ConfigError):
        build(deployment("salesforce", url))


def test_a_capability_whose_name_makes_no_field_is_refused() -> None:
    given = deployment("salesforce")
    with pytest.raises(ConfigError):
        build(replace(given, capabilities={"s" * 35: SCORE}))


def test_an_analysis_has_no_field() -> None:
    given = replace(deployment("salesforce"), capabilities={"contract_review": replace(SCORE, kind="analysis")})
    for made in build(given):
        assert not [path for path in files(made) if "objects/" in path]
        assert PACKAGE.verify(files(made)) == []


@pytest.mark.parametrize(
    ("form", "phone", "shown"),
    [
        ("DESKTOP", "score-badge", "score-card"),
        ("TABLET", "nothing", "score-card"),
        ("PHONE", "score-badge", "score-badge"),
        ("PHONE", "nothing", ""),
    ],
)
def test_the_canvas_is_told_the_panel_of_its_form_factor(form: str, phone: str, shown: str) -> None:
    """The component's own script, with what the vendor's framework gives it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    script = files(build(deployment("salesforce"))[0])[f"{ROOT}aura/inlayCanvas/inlayCanvasController.js"].decode()
    values = {"v.recordId": "00Q1", "v.sObjectName": "Lead", "v.component": "score-card", "v.phone": phone}
    run = (
        f"const $A = {{get: () => {json.dumps(form)}}}, values = {json.dumps(values)};"
        "const component = {get: (name) => values[name], set: (name, value) => (values[name] = value)};"
        f"const controller = {script};controller.start(component); console.log(values['v.parameters'])"
    )
    done = subprocess.run([node, "-e", run], capture_output=True, text=True, timeout=30, check=True)
    said = json.loads(done.stdout) if done.stdout.strip() else {"component": ""}
    assert said["component"] == shown
    assert said.get("recordId", "00Q1") == "00Q1"
