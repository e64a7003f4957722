"""What hosts share of writing: when two values are one, and how much of a host's words is kept."""

from __future__ import annotations

from typing import Any

import pytest

from app.hosts import HOSTS
from app.hosts._write import MAX_WORDS, WriteRefused, alike, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        (61, "61"),
        (61, 61.0),
        ("61", "61.00"),
        (True, "true"),
        ("high ", "high"),
        ("2026-11-30T14:00:00Z", "2026-11-30T14:00:00.000+0000"),
        ("2026-11-30T14:00:00Z", "2026-11-30 14:00:00"),  # in UTC, as one host has it
        ("2026-11-30T14:00:00Z", "2026-11-30"),  # a field of days
        ("2026-11-30T14:00:00Z", "2026-11-30T15:00:00+01:00"),
    ],
)
def test_the_same_as_a_person_would_say(one: Any, other: Any) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, 0),
        ("", "x"),
        (61, 62),
        ("high", "High"),
        ("2026-11-30T14:00:00Z", "2026-11-30T14:00:02Z"),
        ("2026-11-30T14:00:00Z", "2026-12-01"),
        (True, 1.0),
        # a time that is none in UTC: whoever types it into a field must not stop what is written there
        ("2026-11-30T14:00:00Z", "9999-12-31T23:59:59-23:59"),
        ("2026-11-30T14:00:00Z", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_what_differs(one: Any, other: Any) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


def test_a_host_s_words_are_one_line_and_not_endless() -> None:
    assert words_of("a\n\x1b[31m b\u202e c") == "a [31m b c"
    assert len(words_of("x" * 9_000)) == MAX_WORDS
    assert str(WriteRefused("rule", "secret")) == WriteRefused.title  # never in what is logged


def test_who_writes_also_reads_and_checks() -> None:
    writing = {name for name, host in HOSTS.items() if host.writes}
    assert {"dynamics", "salesforce", "servicenow", "sharepoint"} <= writing
