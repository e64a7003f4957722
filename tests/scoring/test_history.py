"""Looking back: the trend grows, and a new session is told what changed since the last."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.hosts._proofs import GUEST
from tests.world import LEAD, World


def rescored(world: World, value: float) -> None:
    world.core.score = value
    world.clock.now += 120
    world.event(LEAD)
    world.parts.epochs.look()
    world.run_jobs()


def card(world: World, **who: str) -> str:
    return str(world.launch("score-card", **who).text.partition("<main")[2])


def test_the_trend_grows_with_every_score(world: World) -> None:
    assert "<polyline" not in card(world)
    for n, value in enumerate((60, 55, 81)):
        rescored(world, value)
        text = card(world)
        assert text.count("<tr>") == n + 3  # a head, the first score, and those since
    assert text.index("<td>81</td>") < text.index("<td>55</td>") < text.index("<td>72</td>")


def test_a_new_session_is_told_what_changed_since_this_viewer_looked(world: World) -> None:
    card(world)
    world.core.changes = {"factors": [{"label": "Something new", "effect": 9, "fields": ["activity"]}]}
    rescored(world, 81)
    text = card(world)
    assert "+9" in text
    assert "72" in text
    assert "Something new" in text.partition("<h3>Warum")[0]


def test_another_viewer_is_told_of_no_change(world: World) -> None:
    card(world)
    rescored(world, 81)
    assert "+9" not in card(world, user="005AB000002BbBbYAK", token="ben")


def test_a_session_keeps_its_before_while_it_lives(world: World) -> None:
    world.frame_token()
    rescored(world, 81)
    token = world.frame_token()
    for _ in range(2):
        assert "+9" in world.badge(token).text
    rescored(world, 82)
    assert "+10" in world.badge(token).text


def test_looks_of_a_connection_stay_in_it(world: World) -> None:
    world.exchange(sub="005AB000001ZzZzYAK")
    rescored(world, 81)
    assert "+9" not in card(world)


def test_what_was_read_is_not_compared_with_what_a_launch_carried(world: World) -> None:
    """A launch that carries features shows their reasons; of reasons of read fields it allows nothing."""
    world.core.changes = {"factors": [{"label": "Revenue above 40 M", "effect": 9, "fields": ["revenue"]}]}
    world.exchange(component="score-card", fields=["activity"])
    world.core.changes = {"factors": []}
    world.core.score = 81
    world.clock.now += 60
    shown = world.exchange(component="score-card", fields=None, features={LEAD: {"activity": 5}})
    [fragment] = shown.json["fragments"]
    assert fragment["state"] == "ready"
    assert "Revenue" not in fragment["html"]


def zoe(world: World, component: str = "score-badge", **asked: Any) -> str:
    """A session of one viewer in a list of a page, where the badge may open its card."""
    return world.element_token(component=component, sub="zoe", **asked)


def html(world: World, token: str, tag: str = "score-badge", within: FlaskClient | None = None) -> str:
    """What the element is told, and in German."""
    client = within or world.client
    asked = {"token": token, "item": [f"{tag} {LEAD} -"]}
    answer = client.post("/components:batch", data=asked, headers={"Origin": GUEST["origins"][0]})
    assert answer.status_code == 200, answer.text
    return str(answer.json["fragments"][0]["html"])


def test_a_badge_marks_what_is_new_until_its_card_was_opened_and_the_card_says_what_moved(world: World) -> None:
    html(world, zoe(world), "score-card")
    world.core.changes = {"factors": [{"label": "Size: 900", "effect": 20, "fields": ["company_size"]}]}
    world.api.rows[LEAD.partition("/")[2]]["company_size"] = 900
    rescored(world, 81)
    inlist = zoe(world)
    assert "+9" in html(world, inlist)
    opened = html(world, inlist, "score-card")
    assert "company size" in opened
    assert opened.index("250") < opened.index("900", opened.index("company size"))
    world.parts.epochs.look()
    assert "+9" not in html(world, inlist)
    assert "+9" in html(world, inlist, "score-card")  # it stays open, and goes on saying so
    assert "+9" not in html(world, zoe(world))


def test_a_mark_is_gone_in_another_session_and_in_every_process(world: World) -> None:
    html(world, zoe(world), "score-card")
    rescored(world, 81)
    inlist, record = zoe(world), zoe(world)
    with world.another() as other:
        other.parts.epochs.look()
        assert "+9" in html(world, inlist)
        assert "+9" in html(world, inlist, within=other.client)
        assert "+9" in html(world, record, "score-card", within=other.client)
        for each in (world, other):
            each.parts.epochs.look()
            assert "+9" not in html(world, inlist, within=each.client)


def test_a_mark_is_gone_everywhere_though_where_it_was_read_there_was_none(world: World) -> None:
    """The newer session compares with what the older one was shown in passing, and finds nothing new in it."""
    html(world, zoe(world))
    rescored(world, 81)
    inlist, newer = zoe(world), zoe(world)
    assert "+9" in html(world, inlist)
    assert "+9" not in html(world, newer)
    html(world, newer, "score-card")
    world.parts.epochs.look()
    assert "+9" not in html(world, inlist)


def test_whoever_saw_the_badge_and_then_opens_the_record_is_still_told_what_moved(world: World) -> None:
    html(world, zoe(world), "score-card")
    rescored(world, 81)
    assert "+9" in html(world, zoe(world))  # in a list, in passing
    assert "+9" in html(world, zoe(world), "score-card")


def test_a_field_that_the_viewer_may_not_see_is_not_among_those_that_moved(world: World) -> None:
    few: dict[str, Any] = {"fields": ["activity"]}
    html(world, zoe(world, **few), "score-card")
    world.api.rows[LEAD.partition("/")[2]] |= {"company_size": 900, "activity": 7}
    rescored(world, 81)
    text = html(world, zoe(world, **few), "score-card")
    assert "activity" in text
    assert "company size" not in text
    assert "900" not in text


def test_opening_what_has_not_changed_disturbs_nobody(world: World) -> None:
    """An announcement has every process ask its road again: it is made only where a mark must go."""
    html(world, zoe(world), "score-card")
    before = world.parts.epochs.look()
    html(world, zoe(world), "score-card")
    html(world, zoe(world))
    assert world.parts.epochs.look() == before


def test_a_score_that_was_made_anew_and_came_out_the_same_disturbs_nobody(world: World) -> None:
    html(world, zoe(world), "score-card")
    rescored(world, 72.4)
    before = world.parts.epochs.look()
    html(world, zoe(world), "score-card")
    assert world.parts.epochs.look() == before
    rescored(world, 81)
    before = world.parts.epochs.look()
    html(world, zoe(world), "score-card")
    assert world.parts.epochs.look() == before + 1
