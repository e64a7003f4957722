"""The empty panel: who may see it, what its script is told, and what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts._proofs import BUILDERS, PAGES
from tests.routes._window import Stage
from tests.routes._window import stage as make_stage
from tests.world import LEAD, World, launch_data


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with make_stage(tmp_path_factory.mktemp("oidc")) as made:
        yield made


@pytest.fixture
def canvas(tmp_path: Path) -> Iterator[Stage]:
    with make_stage(tmp_path, "salesforce") as made:
        yield made


def ask(world: World, connection: str, headers: dict[str, str] | None = None, **query: str) -> Any:
    return world.client.get(f"/launch/{connection}", query_string={"component": "score-badge"} | query, headers=headers)


def test_a_panel_whose_viewer_can_sign_in(stage: Stage) -> None:
    page = ask(stage.world, "oidc", record=LEAD)
    assert page.status_code == 200
    data = launch_data(page)
    assert (data["component"], data["record"], data["connection"]) == ("score-badge", LEAD, "oidc")
    assert data["signin"] == "https://inlay.example.com/oauth/oidc/start"
    assert data["scripts"]["change"].startswith("https://inlay.example.com/embed/signin.js?v=")
    assert {"token", "etag", "expires_in"}.isdisjoint(data)
    assert 'data-action="signIn"' in page.text
    assert f"frame-ancestors {PAGES};" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.text.count("<style>") == 1
    assert "style=" not in page.text


def test_german(stage: Stage) -> None:
    page = ask(stage.world, "oidc", {"Accept-Language": "de"}, record=LEAD)
    assert "Melden Sie sich an" in page.text


def test_a_panel_that_waits_for_a_proof_by_message_only(stage: Stage) -> None:
    page = ask(stage.world, "acme-pages")
    assert page.status_code == 200
    assert "signin" not in launch_data(page)
    assert "signin.js" not in page.text


@pytest.mark.parametrize("query", [{"component": "admin"}, {"record": "<script>"}, {"component": ""}])
def test_what_nobody_could_fill_is_not_shown(stage: Stage, query: dict[str, str]) -> None:
    page = ask(stage.world, "oidc", **({"record": LEAD} | query))
    assert page.status_code == 400
    assert "inlay-launch" not in page.text


def test_it_speaks_with_the_listed_pages_only_and_in_no_hosts_dialect(stage: Stage) -> None:
    page = ask(stage.world, "oidc", record=LEAD)
    assert launch_data(page)["origins"] == [PAGES]
    assert "/embed/frame-plain.js?v=" in page.text


def test_a_host_that_posts_its_launches_is_not_waited_for(stage: Stage) -> None:
    assert 'data-code="not-launched"' in ask(stage.world, "acme", record=LEAD).text


def test_a_host_that_needs_its_viewers_leave_launches_by_itself_afterwards(canvas: Stage) -> None:
    """What is asked for is the leave alone: no session comes of it, and nothing is given back that gave it."""
    page = ask(canvas.world, "acme", _sfdc_canvas_auth="user_approval_required", loginUrl="https%3A%2F%2Fevil.example")
    data = launch_data(page)
    assert (page.status_code, data["approval"], data["record"]) == (200, True, "")
    assert data["origins"] == ["https://acme.my.salesforce.com", "https://acme.lightning.force.com"]
    assert "evil.example" not in page.text
    window = canvas.window()
    code = window.agreed(record="")
    assert window.redeem(code).json["code"] == "sign-in-over"
    canvas.world.clock.now += 3600
    canvas.window().start(record="")
    assert canvas.count("sessions") == canvas.count("jobs") == 0


def test_without_a_client_of_ours_the_admin_has_to_allow_it(tmp_path: Path) -> None:
    with make_stage(tmp_path) as stage:
        page = ask(stage.world, "acme", _sfdc_canvas_auth="user_approval_required")
        assert (page.status_code, 'data-code="approval-needed"' in page.text) == (403, True)


def test_a_panel_that_was_launched_can_sign_in_later(stage: Stage) -> None:
    """A session that ends in an open panel: the button is at hand, in the viewer's language."""
    attempt = BUILDERS["oidc"]().attempt()
    form, headers = attempt.launch_form("oidc"), {"Origin": attempt.origin, "Accept-Language": "en"}
    page = stage.world.client.post("/launch/oidc?component=score-badge", data=form, headers=headers)
    data = launch_data(page)
    assert data["token"]
    assert data["signin"] == "https://inlay.example.com/oauth/oidc/start"
    assert '<template id="inlay-signin">' in page.text
    assert "Anmelden" in page.text


def test_other_panels_carry_nothing_of_it(stage: Stage) -> None:
    page = stage.world.launch()
    assert "signin" not in page.text
