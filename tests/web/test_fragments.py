"""From a session to markup: what may be opened, what is remembered and until when."""

from __future__ import annotations

import pytest

from app.errors import NotFound
from app.launch import Record
from app.session.bearer import Session
from app.web.shown import Item
from tests.world import LEAD, World

RECORD = Record.parse(LEAD)


def session(world: World, **asked: object) -> Session:
    return world.parts.sessions.load(world.element_token(**asked))


def test_a_badge_opens_its_card_and_not_the_other_way(world: World) -> None:
    badge, card = session(world), session(world, component="score-card")
    may = world.parts.fragments.may_open
    assert [may(badge, tag) for tag in ("score-badge", "score-card", "no-such")] == [True, True, False]
    assert [may(card, tag) for tag in ("score-badge", "score-card", "no-such")] == [False, True, False]


def test_one_and_many_say_the_same(world: World) -> None:
    told = world.exchange().json
    [many] = world.batch(told["access_token"], [f"score-badge {LEAD} -"]).json["fragments"]
    origin = world.settings.connections["acme-pages"].origins[0]
    one = world.badge(told["access_token"], Origin=origin)
    assert told["fragments"] == [many]
    assert (many["html"], many["etag"], many["state"]) == (one.text, one.headers["ETag"], one.headers["Inlay-State"])


def test_fragments_come_in_their_order(world: World) -> None:
    mine = session(world)
    items = [
        Item("score-card", RECORD),
        Item("score-badge", RECORD),
        Item("score-badge", Record("Lead", "2")),
        Item("score-card", RECORD),
    ]
    shown = [each.fragment for each in world.parts.fragments.show(mine, items)]
    assert [(each.tag, each.record) for each in shown] == [(each.tag, each.record) for each in items]
    assert [each.state for each in shown] == ["ready", "ready", "denied", "ready"]


def test_an_unknown_component_is_not_found_before_anything_is_done(world: World) -> None:
    mine = session(world, records=[])
    with pytest.raises(NotFound):
        world.parts.fragments.show(mine, [Item("score-badge", RECORD), Item("no-such", RECORD)])
    assert world.core.asked == 0
    assert world.audited("view.shown") == world.audited("permission.refused") == []


@pytest.mark.parametrize(("locale", "word"), [("de-DE", "Hoch"), ("en-GB", "High"), ("de_AT", "Hoch"), ("xx", "High")])
def test_each_viewer_in_their_words_whoever_looked_first(world: World, locale: str, word: str) -> None:
    for each in ("en", "de", locale):
        fragment = world.exchange(locale=each).json["fragments"][0]
    assert word in fragment["html"]
    assert world.core.asked == 1


def test_viewers_of_the_same_rights_and_words_share_their_markup(world: World) -> None:
    one, two = (world.exchange(sub=name).json["fragments"][0] for name in ("a", "b"))
    assert one == two


def test_what_is_remembered_ends_with_the_score(world: World) -> None:
    token = world.frame_token()
    for _ in range(2):
        world.badge(token)
    world.clock.now += 550
    renewed = world.client.post("/session/renew", data={"token": token}).json["access_token"]
    assert world.badge(renewed).headers["Inlay-State"] == "ready"
    world.core.behave(lambda core, handler, body: handler.connection.close())
    world.clock.now += 351
    assert world.badge(renewed).headers["Inlay-State"] == "stale"


def test_what_is_remembered_ends_with_the_grant(world: World) -> None:
    token = world.frame_token()
    world.badge(token)
    world.api.blind.add("zoe")
    world.clock.now += 301
    assert world.badge(token).status_code == 403


def test_what_is_remembered_ends_with_any_announcement(world: World) -> None:
    token = world.frame_token()
    world.badge(token)
    world.core.score = 12
    world.clock.now += 1
    world.event(LEAD)
    world.parts.epochs.look()
    assert ">12<" in world.badge(token).text


def test_a_denied_fragment_names_no_capability(world: World) -> None:
    mine = session(world)
    [shown] = world.parts.fragments.show(mine, [Item("score-card", Record("Lead", "2"))])
    assert (shown.fragment.state, shown.fragment.status) == ("denied", 403)
    assert b"Lead score" not in shown.fragment.body
