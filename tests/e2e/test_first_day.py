"""A new admin's first day: from `inlay init` to a badge in the CRM, by the pages alone, with few fields to type."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from app.cli import main
from app.demo.children import Children
from app.demo.crm.config import CrmConfig
from tests.e2e.demo import free_block
from tests.e2e.stage import options

MOST_TYPED = 4
INLAY = Path(sys.executable).with_name("inlay")


@dataclass
class Site:
    """A core and a CRM that know nothing of us yet, and a fresh deployment beside them."""

    folder: Path
    inlay: str
    crm: str
    core: str
    keys: Path
    link: str = ""


def typed(*command: str | Path) -> str:
    """A command, as at a prompt."""
    result = CliRunner().invoke(main, [str(each) for each in command])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, secrets: Path) -> Iterator[Site]:
    folder, first = tmp_path_factory.mktemp("first-day"), free_block(3)
    keys = shutil.copytree(secrets, folder / "keys")
    shutil.copy(keys / "consumer_secret", keys / "client_secret")  # an org's app has one secret, for both
    made = Site(
        folder, f"http://localhost:{first}", f"http://127.0.0.1:{first + 1}", f"http://127.0.0.1:{first + 2}", keys
    )
    crm = CrmConfig(made.crm, made.inlay, made.core, str(keys), str(folder), connection="salesforce")
    crm.save(folder / "crm.json")
    file = folder / "inlay.toml"
    typed("init", "-c", file, "--url", made.inlay)
    with Children() as children:
        until = time.monotonic() + 60
        started = [
            children.start(name, [str(each) for each in command], folder / f"{name}.log", health)
            for name, command, health in (
                ("core", [INLAY.with_name("inlay-core"), "serve", "--port", first + 2], f"{made.core}/healthz"),
                ("crm", [sys.executable, "-m", "app.demo.crm", "--config", folder / "crm.json"], f"{made.crm}/healthz"),
                ("inlay", [INLAY, "serve", "-c", file], f"{made.inlay}/readyz"),
            )
        ]
        for child in started:
            child.wait_ready(children.http, until)
        made.link = json.loads(typed("admin", "link", "--json", "-c", file))["url"]
        yield made


@dataclass
class Person:
    """Who sits at the browser; every field that they type into counts."""

    page: Page
    typed: list[str] = field(default_factory=list)

    def types(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)
        self.typed.append(label)

    def clicks(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


def configure_core(ada: Person, site: Site) -> None:
    """Which core there is, and what it can be asked: once for a deployment, whatever hosts are added."""
    offered = requests.get(f"{site.core}/v1/capabilities", timeout=5).json()["capabilities"]
    known = {each["name"] for each in next(one for one in offered if one["name"] == "lead_score")["fields"]}
    names = sorted(known & {"company_size", "country", "industry", "source"})  # standard fields of every org
    assert len(names) == 4
    ada.page.get_by_role("link", name="Configuration", exact=True).click()
    ada.page.get_by_role("link", name="Change it").click()
    text = ada.page.locator("#text")
    changed = text.input_value().replace("https://core.example.com", site.core)
    changed = changed.replace("# allow_private = []", 'allow_private = ["127.0.0.1"]')
    text.fill(re.sub(r'^fields = \["industry"\]$', f"fields = {json.dumps(names)}", changed, flags=re.MULTILINE))
    ada.clicks("Check")
    expect(ada.page.get_by_text("It holds. This is what it changes")).to_be_visible()
    ada.clicks("Publish")
    expect(ada.page.get_by_text("Holds now")).to_be_visible()


def test_a_new_admin_comes_from_nothing_to_a_badge_by_the_pages_alone(chromium: Browser, site: Site) -> None:
    window = chromium.new_context(**options(), accept_downloads=True)
    ada = Person(window.new_page())
    ada.page.goto(site.link)
    expect(ada.page.get_by_role("heading", name="No connection yet")).to_be_visible()
    configure_core(ada, site)

    ada.page.get_by_role("link", name="Overview").click()
    ada.page.get_by_role("main").get_by_role("link", name="Add a host").click()
    ada.page.get_by_role("link", name="Salesforce").click()
    ada.types("My Domain", site.crm)
    ada.clicks("Go on")  # the app's key does not exist before its package is installed
    expect(ada.page.get_by_text("Still missing: Consumer Key, Consumer Secret.")).to_be_visible()
    with ada.page.expect_download() as package:
        ada.clicks("inlay-salesforce-salesforce-metadata.zip")
    assert "package.xml" in zipfile.ZipFile(package.value.path()).namelist()
    expect(ada.page.get_by_text("External Client App Manager > Inlay > Settings").first).to_be_visible()
    ada.types("Consumer Key", "larkfield-integration")
    ada.types("Consumer Secret", (site.keys / "consumer_secret").read_text())
    ada.clicks("Check again")
    ada.clicks("Publish")
    line = {key: ada.page.locator(f"[data-key={key}]") for key in ("published", "package", "launch", "score", "view")}
    for key in ("published", "package"):
        expect(line[key]).to_have_attribute("data-state", "ok", timeout=10_000)
    expect(line["launch"]).to_have_attribute("data-state", "wait")
    assert len(ada.typed) <= MOST_TYPED, ada.typed

    viewer = window.new_page()
    viewer.goto(f"{site.crm}/leads?as=zoe")
    viewer.locator('a[href^="/lead/"]').first.click()
    badge = viewer.frame_locator(".frame-score-badge iframe").locator(".score-badge").first
    expect(badge).to_have_attribute("data-state", "ready", timeout=10_000)
    expect(badge.locator("b")).to_have_text(re.compile(r"\d+"))
    for each in line.values():
        expect(each).to_have_attribute("data-state", "ok", timeout=10_000)  # by itself, in the other window
    kept = site.folder / "secrets/salesforce_client_secret"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ((site.keys / "consumer_secret").read_text(), 0o600)
    assert kept.read_text() not in (site.folder / "inlay.toml").read_text() + ada.page.content()
    window.close()
