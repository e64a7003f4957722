"""Every page of ours, by axe, by keyboard alone, at 400 %, and in forced colours. A page that is not listed fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.components.reach import ENLARGED, by_axe, by_keyboard, enlarged, in_forced_colours
from tests.components.site import UNSOUND_IN_FORCED_COLOURS
from tests.e2e.demo import Demo
from tests.e2e.stage import Stage
from tests.routes.test_every_route import ROUTES, Kind

AXE = (Path(__file__).parents[2] / "static/preview/vendor/axe.min.js").read_text("utf-8")
# Addresses that answer with a page, and how each is opened in the demo.
PAGES: dict[str, str] = {
    "/": "/",
    "/docs": "/docs",
    "/admin": "/admin",
    "/admin/connections/<connection>": "/admin/connections/crm",
    "/admin/connections/<connection>/rollout": "/admin/connections/crm/rollout",
    "/admin/connections/<connection>/why": "/admin/connections/crm/why",
    "/admin/connections/<connection>/api-keys": "/admin/connections/crm/api-keys",
    "/admin/connections/<connection>/leaving": "/admin/connections/crm/leaving",
    "/admin/connections/<connection>/arrival": "/admin/connections/crm/arrival",
    "/admin/connections/<connection>/write-back": "/admin/connections/crm/write-back",
    "/admin/audit": "/admin/audit",
    "/admin/configuration": "/admin/configuration",
    "/admin/configuration/edit": "/admin/configuration/edit",
    "/admin/configuration/secrets": "/admin/configuration/secrets",
    "/admin/decisions": "/admin/decisions",
    "/admin/decisions/<decision>": "/admin/decisions/{decision}",
    "/admin/decisions/<decision>/letter": "/admin/decisions/{decision}/letter",
    "/admin/cores/try": "/admin/cores/try",
    "/admin/rollback": "/admin/rollback",
    "/admin/hosts/add": "/admin/hosts/add",
    "/admin/hosts/add/<name>": "/admin/hosts/add/salesforce",
    "/admin/figures": "/admin/figures",
    "/admin/alerts": "/admin/alerts",
    "/admin/jobs": "/admin/jobs",
    "/admin/jobs/<number>": "/admin/jobs/{job}",
    "/admin/imports": "/admin/imports",
    "/admin/origins": "/admin/origins",
    "/admin/enter": "/admin/enter",
    "/launch/<connection>": "/launch/crm-oidc?component=score-badge",  # a panel that nobody has proved anything to
    "/pages/<connection>/<name>": "/pages/crm-hubspot/panel",
    "/oauth/<connection>/start": "/oauth/crm/start",  # a failure: nothing was begun
    "/oauth/<connection>/callback": "/oauth/crm/callback",
}
FAILURES = {
    "nothing there": "/nothing",
    "no such connection": "/admin/connections/nobody",
    "refused": "/launch/crm?component=score-badge",
}
PREVIEW = {
    "index": "/preview",
    "canvas": "/preview/score-card/ready",
    "states": "/preview/score-card/ready?view=states",
    "matrix": "/preview/score-badge/ready?view=matrix",
    "contrast": "/preview/score-badge/ready?view=contrast",
}
NO_PAGES = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/admin/sign-in", "/admin/callback"}  # for programs
ALL = {**PAGES, **FAILURES, **PREVIEW}


def test_every_page_is_listed() -> None:
    pages = {
        path
        for (method, path), kind in ROUTES.items()
        if method == "GET"
        and kind is not Kind.FILE
        and not path.startswith(("/api/", "/components"))
        and ".json" not in path
    }
    assert pages - NO_PAGES == {*PAGES}


@pytest.fixture(scope="module")
def seen(demo: Demo, chromium: Browser) -> dict[str, str]:
    """A record that somebody has looked at, so that pages have what they are about."""
    with closing(chromium.new_context()) as context:
        Stage(context.new_page(), demo).open(demo.leads(page=2)[0])
    [decision] = demo.rows("SELECT decision FROM audit WHERE event = 'view.shown' ORDER BY seq DESC LIMIT 1")
    jobs = demo.rows("SELECT id FROM jobs LIMIT 1")
    return {"decision": decision["decision"], "job": str(jobs[0]["id"]) if jobs else "1"}


@pytest.fixture
def opened(demo: Demo, chromium: Browser, seen: dict[str, str]) -> Iterator[Callable[..., Page]]:
    """A page of Inlay's, as the demo's admin sees it."""
    contexts = []

    def page(name: str, **options: Any) -> Page:
        context = chromium.new_context(bypass_csp=True, reduced_motion="reduce", **options)  # axe comes from outside
        contexts.append(context)
        found = context.new_page()
        if ALL[name].startswith("/admin"):
            found.goto(demo.admin)
            found.get_by_role("button").first.click()
        url = demo.inlay + ALL[name].format(**seen)
        if name == "refused":  # a form that no host has signed
            found.set_content(f'<form method="post" action="{url}"><input name="signed_request" value="x.y"></form>')
            found.locator("form").evaluate("form => form.submit()")
            found.wait_for_url("**/launch/crm**")
        else:
            found.goto(url, wait_until="load")
        if name in PREVIEW:
            found.wait_for_timeout(1500)  # until the panels have said what they are, its lists are drawn anew
        return found

    yield page
    for context in contexts:
        context.close()


@pytest.mark.proof
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing(opened: Callable[..., Page], name: str, scheme: str) -> None:
    assert by_axe(opened(name, color_scheme=scheme), AXE) == []


@pytest.mark.proof
@pytest.mark.browser
@pytest.mark.parametrize("name", ALL)
def test_it_is_used_by_keyboard_alone(opened: Callable[..., Page], name: str) -> None:
    assert by_keyboard(opened(name)) == []


@pytest.mark.proof
@pytest.mark.browser
@pytest.mark.parametrize("name", ALL)
def test_at_400_percent_nothing_is_cut_or_scrolls_sideways(opened: Callable[..., Page], name: str) -> None:
    assert enlarged(opened(name, viewport=ENLARGED)) == []


@pytest.mark.proof
@pytest.mark.browser
@pytest.mark.parametrize("name", ALL)
def test_forced_colours_leave_everything_there(opened: Callable[..., Page], name: str) -> None:
    page = opened(name, forced_colors="active")
    assert in_forced_colours(page) + by_axe(page, AXE, (UNSOUND_IN_FORCED_COLOURS,)) == []
