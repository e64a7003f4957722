"""API keys: shown once, kept as digests, two at a time, over when they are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import text

from app.errors import BadRequest, CallerUnknown, NotFound
from app.machines.callers import May
from app.machines.callers.keys import DAY_S, USED_STEP_S, Wanted
from tests.world import World

GOOD = Wanted("acme", "apex", ("lead_score",), ("activity",), (May.READ,), 30)


def wanted(**changes: Any) -> Wanted:
    return Wanted(**{name: getattr(GOOD, name) for name in Wanted.__slots__} | changes)


def test_its_text_is_nowhere_but_in_the_answer(world: World) -> None:
    made, key = world.parts.callers.keys.create(GOOD, world.settings, "Ada")
    with world.parts.database.read() as conn:
        kept = repr(conn.execute(text("SELECT * FROM api_keys")).all()) + repr(
            conn.execute(text("SELECT detail FROM audit")).all()
        )
    assert key not in kept
    assert key.split("_", 2)[2] not in kept  # what is secret of it may hold underscores too
    [row] = world.audited("apikey.created")
    assert (row["key"], row["service"], row["admin"]) == (made.id, "apex", "Ada")
    assert "digest" not in asdict(made)


def test_it_says_who_calls_and_what_they_may(world: World) -> None:
    _, key = world.parts.callers.keys.create(GOOD, world.settings, "Ada")
    caller = world.parts.callers.load(key)
    assert (caller.connection, caller.service, caller.may) == ("acme", "apex", {May.READ})
    assert (caller.capabilities, caller.fields) == ({"lead_score"}, {"activity"})


def test_two_are_valid_at_once_for_each_service(world: World) -> None:
    keys = world.parts.callers.keys
    first, old = keys.create(GOOD, world.settings, "Ada")
    _, new = keys.create(GOOD, world.settings, "Ada")
    assert keys.load(old) != keys.load(new)  # by which of them, too
    with pytest.raises(BadRequest, match="2 valid keys"):
        keys.create(GOOD, world.settings, "Ada")
    keys.create(wanted(service="other"), world.settings, "Ada")
    keys.revoke(first.id, "acme", "Ada")
    with pytest.raises(CallerUnknown) as refused:
        keys.load(old)
    assert refused.value.reason == "key-revoked"
    keys.create(GOOD, world.settings, "Ada")
    assert len(world.audited("apikey.revoked")) == 1


def test_it_ends_by_itself(world: World) -> None:
    _, key = world.parts.callers.keys.create(GOOD, world.settings, "Ada")
    world.clock.now += 30 * DAY_S
    with pytest.raises(CallerUnknown) as refused:
        world.parts.callers.load(key)
    assert refused.value.reason == "key-expired"


def test_one_sign_less_or_another_is_no_key(world: World) -> None:
    _, key = world.parts.callers.keys.create(GOOD, world.settings, "Ada")
    last = "A" if key[-1] != "A" else "B"
    for other in (key[:-1], key[:-1] + last, key + "A", key.upper(), key.replace("inlay_", "inlay_f")):
        with pytest.raises(CallerUnknown):
            world.parts.callers.load(other)


def test_its_last_use_is_noted_coarsely(world: World) -> None:
    keys = world.parts.callers.keys
    _, key = keys.create(GOOD, world.settings, "Ada")
    assert keys.all(["acme"])[0].used_at is None
    keys.load(key)
    used = keys.all(["acme"])[0].used_at
    world.clock.now += USED_STEP_S / 2
    keys.load(key)
    assert keys.all(["acme"])[0].used_at == used == world.clock.now - USED_STEP_S / 2
    assert keys.all(["acme-pages"]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"connection": "nobody"}, {"service": "Apex"}, {"service": ""}, {"capabilities": ()},
        {"capabilities": ("other",)}, {"fields": ("salary",)}, {"may": ()}, {"days": 0}, {"days": 731},
    ],
)  # fmt: skip
def test_what_cannot_be_granted_is_said(shared: World, changes: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        shared.parts.callers.keys.create(wanted(**changes), shared.settings, "Ada")


def test_a_key_is_ended_only_within_its_connection(world: World) -> None:
    made, key = world.parts.callers.keys.create(GOOD, world.settings, "Ada")
    with pytest.raises(NotFound):
        world.parts.callers.keys.revoke(made.id, "acme-pages", "Eve")
    assert world.parts.callers.load(key).service == "apex"
