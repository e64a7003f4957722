"""When a place last changed, within bounds: what cannot be known counts as changed."""

from __future__ import annotations

from app.db.latest import Latest


def test_a_place_is_as_young_as_its_last_change_and_the_others_as_the_floor() -> None:
    latest: Latest[str] = Latest(10, floor=3)
    latest.changed("a", 4)
    latest.changed("a", 7)
    assert [latest.of(each) for each in "ab"] == [7, 3]


def test_who_changed_longest_ago_is_forgotten_first_and_then_the_floor_is_as_young() -> None:
    latest: Latest[str] = Latest(2)
    for epoch, place in enumerate("abac", 1):
        latest.changed(place, epoch)
    assert [latest.of(each) for each in "abcd"] == [3, 2, 4, 2]


def test_when_all_changed_no_place_is_older() -> None:
    latest: Latest[str] = Latest(2)
    latest.changed("a", 1)
    latest.all_changed(5)
    assert [latest.of(each) for each in "ab"] == [5, 5]


def test_a_place_that_changes_again_is_at_no_moment_as_old_as_the_floor() -> None:
    latest: Latest[str] = Latest(2)
    seen: list[int] = []

    class Place(str):
        """Another thread asks whenever its place is looked for."""

        __slots__ = ()

        def __hash__(self) -> int:
            seen.append(latest.of("a"))
            return hash("a")

    latest.changed("a", 8)
    latest.changed(Place("a"), 9)
    assert seen
    assert min(seen) >= 8
