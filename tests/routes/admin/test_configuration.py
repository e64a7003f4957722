"""The page of revisions: for those who look after the whole deployment."""

from __future__ import annotations

from app.admins import Role
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/configuration"


def test_what_changed_is_said_with_the_whole_text(world: World) -> None:
    text = written(world).read_text()
    world.parts.revisions.publish(text, "Ada", "file")
    world.parts.revisions.publish(text.replace('title = "Lead score"', 'title = "<b>Score</b>"'), "Bob", "page")
    ada = AdminPages(world)
    said = words(ada.get(PATH))
    assert "Revision 2 Holds now" in said
    assert "capabilities.lead_score.title: &#39;Lead score&#39; -&gt; &#39;&lt;b&gt;Score&lt;/b&gt;&#39;" in said
    assert "file:" in said  # references to secrets, and no secret
    assert (world.folder / "key").read_text().strip() not in ada.get(PATH).text


def test_who_looks_after_some_connections_does_not_see_it(world: World) -> None:
    assert AdminPages(world, Role.CONNECTION_ADMIN, ["acme"]).get(PATH).status_code == 403
    assert AdminPages(world, Role.AUDITOR).get(PATH).status_code == 403
    assert AdminPages(world, Role.CONNECTION_ADMIN).get(PATH).status_code == 200
