"""How far a connection is: what came, what to do for what did not, and which layer keeps it from coming."""

from __future__ import annotations

from app.additions.arrivals import EVENTS, came, lines
from app.health.diagnosis import Finding
from app.health.diagnosis.reasons import Layer
from tests.world import World

URL = "https://inlay.example.com"
BAD = Finding(Layer.ORIGIN, "bad", "The page's origin is not listed.", "Add it to origins.")


def test_what_came_is_read_off_the_audit(world: World) -> None:
    assert came(world.parts.database, "acme") == frozenset()
    world.parts.audit.write("package.given", connection="acme", detail={"admin": "Ada"})
    world.api.status = 503  # nothing can be shown yet
    world.launch()
    assert came(world.parts.database, "acme") == {"package.given", "launch.accepted"}
    world.api.status = 200
    world.badge(world.frame_token())
    assert came(world.parts.database, "acme") == set(EVENTS)  # whoever has seen a panel had all before it
    assert came(world.parts.database, "acme-pages") == frozenset()


def states(**named: object) -> dict[str, str]:
    given = {"published": True, "holds": True, "refused": "", "seen": frozenset(), "worst": None, "public_url": URL}
    return {each.key: each.state for each in lines(**{**given, **named})}  # type: ignore[arg-type]


def test_the_lines_turn_green_one_after_the_other() -> None:
    seen: list[str] = []
    for event, key in (
        ("package.given", "package"), ("launch.accepted", "launch"),
        ("analysis.given", "score"), ("view.shown", "view"),
    ):  # fmt: skip
        assert states(seen=frozenset(seen))[key] == "wait"
        seen.append(event)
        assert states(seen=frozenset(seen))[key] == "ok"
    assert set(states(seen=frozenset(seen)).values()) == {"ok"}


def test_a_launch_proves_the_package() -> None:
    assert states(seen=frozenset({"launch.accepted"}))["package"] == "ok"


def test_each_line_that_is_not_green_says_what_to_do() -> None:
    quiet = lines(False, False, "", frozenset(), None, URL)
    assert all(len(each.text) > 20 for each in quiet)
    assert states(published=True, holds=False)["published"] == "wait"
    refused = lines(True, False, "config", frozenset(), None, URL)[0]
    assert (refused.state, "inlay secret list" in refused.text) == ("bad", True)


def test_the_layer_that_fails_is_named_on_the_next_line_alone() -> None:
    found = {each.key: each for each in lines(True, True, "", frozenset({"package.given"}), BAD, URL)}
    assert (found["launch"].state, found["launch"].text) == ("bad", f"{BAD.what} {BAD.mend}")
    assert found["score"].state == "wait"
