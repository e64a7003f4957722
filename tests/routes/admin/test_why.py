"""The page that says why a panel is blank."""

from __future__ import annotations

from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/connections/acme-pages/why"


def test_the_failing_layer_is_named_with_its_mend_and_reference(world: World) -> None:
    world.exchange(aud="https://somebody-else.example")
    said = words(AdminPages(world).get(PATH))
    assert "It fails at: audience" in said
    assert world.audited("launch.refused")[-1]["reference"] in said


def test_where_nothing_fails_it_says_what_to_look_at(world: World) -> None:
    assert "No layer is known to fail" in words(AdminPages(world).get(PATH))


def test_a_panel_reports_a_window_that_was_kept_from_opening(world: World) -> None:
    assert world.client.post("/reports/panel?connection=acme-pages").status_code == 204
    assert world.client.post("/reports/panel?connection=no-such").status_code == 204
    world.parts.figures.flush()
    assert "It fails at: sign-in" in words(AdminPages(world).get(PATH))
