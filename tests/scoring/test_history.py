"""Looking back: the trend grows, and a new session is told what changed since the last."""

from __future__ import annotations

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
