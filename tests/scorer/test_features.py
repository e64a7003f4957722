"""Values as hosts and CSV files really send them: read when they can be, refused with words when not."""

from __future__ import annotations

from typing import Any

import pytest

from app.scorer.features import FeatureRefused, readable
from tests.scorer.cards import TODAY, card


def group(name: str, value: Any) -> str:
    return card().fields[name].read(value, TODAY).group


@pytest.mark.parametrize("value", [None, "", "  ", "NaN", "nan", "null", "Unknown", "N/A", float("nan")])
@pytest.mark.parametrize("name", ["size", "source", "role", "demo", "seen"])
def test_every_way_to_say_nothing_is_unknown(name: str, value: Any) -> None:
    assert group(name, value) == "unknown"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9, "small"),
        (9.99, "small"),
        (10, "medium"),
        ("58", "medium"),
        (" 1e3 ", "large"),
        (-1, "small"),
        (10**300, "large"),
    ],
)
def test_numbers_fall_into_the_range_that_starts_at_the_one_before(value: Any, expected: str) -> None:
    assert group("size", value) == expected


@pytest.mark.parametrize(
    "value", [True, [], {}, [1], "twelve", "1,5", "inf", "-Infinity", 10**400, float("inf"), "9" * 5000]
)
def test_what_is_no_number_is_refused_by_name_and_never_repeated(value: Any) -> None:
    with pytest.raises(FeatureRefused) as refused:
        group("size", value)
    assert refused.value.feature == "size"
    assert "number" in str(refused.value)
    assert "twelve" not in str(refused.value)


def test_choices_ignore_case_and_space_and_fall_to_other() -> None:
    assert [group("source", text) for text in ("web", " WEBSITE ", "Fair", 7)] == [
        "web",
        "web",
        "other",
        "other",
    ]


def test_texts_look_for_whole_words() -> None:
    assert group("role", "Senior Vice President, EMEA") == "boss"
    assert group("role", "Oceanographer") == "unknown"  # has "ceo" only inside; and this field has no other group


@pytest.mark.parametrize("value", [True, {}, ["Web"]])
def test_a_text_is_a_text(value: Any) -> None:
    with pytest.raises(FeatureRefused, match="text"):
        group("source", value)


def test_truth_comes_in_several_spellings() -> None:
    assert [group("demo", value) for value in (True, "Yes", 1, "TRUE", "1")] == ["yes"] * 5
    assert [group("demo", value) for value in (False, "no", 0, "false")] == ["no"] * 4
    for value in (2, "maybe", 1.5, [], {}):
        with pytest.raises(FeatureRefused):
            group("demo", value)


def test_dates_are_read_by_their_age() -> None:
    assert group("seen", "2026-11-20") == "lately"
    assert group("seen", "2026-11-22T23:00:00.000+00:00") == "lately"
    assert group("seen", "2026-10-01") == "long_ago"
    for value in ("yesterday", 20261120, "2026-13-01", "0001-01-01T00:00:00+23:59"):
        with pytest.raises(FeatureRefused, match="ISO 8601"):
            group("seen", value)


def test_numbers_are_written_for_people() -> None:
    assert [readable(n) for n in (1234567.0, 0.5, -90, 0.0, 3.14159, 1e20, 0.0001)] == [
        "1,234,567", "0.5", "-90", "0", "3.14", "1e+20", "0.0001"
    ]  # fmt: skip


def test_what_does_harm_on_a_page_is_not_shown() -> None:
    field = card().fields["source"]
    shown = field.shown(field.read("a\x00b\x1b[31m \ud800 \u202ec\u200d<b>é", TODAY))
    assert shown == "ab[31m  c\u200d<b>é"  # markup stays: escaping is the page's work, and joiners are letters' needs


def test_long_texts_are_shortened_where_they_are_shown() -> None:
    field = card().fields["source"]
    assert len(field.shown(field.read("x" * 5000, TODAY))) == 80
