"""The page that puts a capability back: for those who run the whole deployment, by one button."""

from __future__ import annotations

import tomllib

from app.admins import Role
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/rollback"


def test_one_button_puts_it_back(world: World) -> None:
    text = written(world).read_text()
    world.parts.revisions.publish(text, "Ada", "file")
    world.parts.revisions.publish(text.replace('title = "Lead score"', 'title = "Score"'), "Bob", "file")
    ada = AdminPages(world)
    said = words(ada.get(PATH))
    assert "As in revision 1" in said
    assert "capabilities.lead_score.title: &#39;Score&#39; -&gt; &#39;Lead score&#39;" in said
    assert ada.post(PATH, {"capability": "lead_score", "to": "1"}).status_code == 303
    newest = world.parts.revisions.newest()
    assert newest is not None
    assert (newest.number, newest.by, tomllib.loads(newest.text)) == (3, "Ada", tomllib.loads(text))
    assert world.audited("configuration.restored")[-1]["admin"] == "Ada"


def test_nobody_else_may_and_nonsense_changes_nothing(world: World) -> None:
    world.parts.revisions.publish(written(world).read_text(), "Ada", "file")
    for role in (Role.CONNECTION_ADMIN, Role.AUDITOR, Role.DESIGNER):
        pages = AdminPages(world, role)
        assert pages.get(PATH).status_code == 403
        assert pages.post(PATH, {"capability": "lead_score", "to": "1"}).status_code == 403
    ada = AdminPages(world)
    assert "never answered in another way" in words(ada.get(PATH))
    for form in ({}, {"to": "x"}, {"capability": "lead_score", "to": "1"}, {"capability": "none", "to": "9" * 30}):
        assert ada.post(PATH, form).status_code in {400, 404}
    assert len(world.parts.revisions.all()) == 1
