"""Fields read from their tables: what may be left out is filled in, so that every record can be read."""

from __future__ import annotations

from app.scorer.features import UNKNOWN, Kind
from app.scorer.loader_fields import read_field
from app.scorer.problems import Problems, Table


def table(groups: dict[str, object], kind: str) -> tuple[Table, Problems]:
    problems = Problems("demo.toml", "")
    return Table(
        {"type": kind, "title": "Size", "doc": "How many", "groups": groups}, ("fields", "size"), problems
    ), problems


def test_labels_words_values_and_the_unknown_group_have_defaults() -> None:
    data, problems = table({"very_big": {}}, "choice")
    field = read_field("size", data)
    problems.check()
    group = field.groups["very_big"]
    assert (group.label, group.word, group.values) == ("Size: very big", "very big", ("very_big",))
    assert field.groups[UNKNOWN].label == "Size is not known"
    assert (field.kind, field.unit) == (Kind.CHOICE, "")


def test_the_last_range_is_open_and_takes_what_is_left() -> None:
    data, problems = table({"small": {"below": 10}, "big": {}}, "number")
    field = read_field("size", data)
    problems.check()
    assert [group.below for group in field.groups.values()] == [10, None, None]
