"""A scorecard that is wrong is refused with the line, the key and the mend; all of its problems at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.scorer.loader import SHIPPED, load, load_folder, parse
from app.scorer.problems import FileRefused
from tests.scorer.cards import TEXT


def problems(text: str) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        parse(text, "demo.toml")
    return list(refused.value.problems)


# what is broken, how, the words that must be said, and something on the line that must be named
BROKEN = [
    ('meaning = "probability"', 'meaning = "percentile"', "Use one of: probability, index", "meaning ="),
    ('valid_for = "2h"', 'valid_for = "soon"', "such as 1d", "valid_for ="),
    ('capability = "demo_score"', 'capability = "Demo Score"', "such as lead_score", "capability ="),
    ("baseline = 25", "baseline = 100", "between 0 and 100", "baseline ="),
    ("doubling = 20", "doubling = 0", "above 0", "doubling ="),
    ("doubling = 20", 'doubling = "20"', "must be a number", "doubling ="),
    ('type = "number"', 'type = "integer"', "Use one of: number, choice", 'type = "integer"'),
    ('unit = "people"', 'units = "people"', "not a known key", "units ="),
    ("medium = { below = 100,", "medium = { below = 5,", "must rise", "medium = {"),
    ("medium = { below = 100,", "medium = {", "only the last group", "medium = {"),
    ("large = { label", "large = { below = 1000, label", "no `below`", "large = {"),
    ('values = ["clerk"]', 'values = ["CEO"]', "already in group 'boss'", "staff = {"),
    ("no = { label", "never = { label", "exactly the groups yes and no", "[fields.demo.groups]"),
    ("medium = 0\n", "", "Add medium = 0", "[rows.points]"),
    ("medium = 0\n", "middle = 0\n", "no such group", "middle ="),
    ("medium = 0\n", "medium = true\n", "must be a number", "medium = true"),
    ("medium = 0\n", "medium = 99999\n", "between -10000", "medium = 99999"),
    ('fields = ["source"]', 'fields = ["sauce"]', "no field 'sauce'", 'fields = ["sauce"]'),
    (
        'fields = ["source"]',
        'fields = ["source", "source"]',
        "two different ones",
        'fields = ["source", "source"]',
    ),
    ('label = "{role} of', 'label = "{rôle} of', "is not a field of this row", "label = "),
    ('label = "{role} of a {size}"\n', "", "is missing", "[[rows]]"),
]


@pytest.mark.parametrize(("before", "after", "words", "needle"), BROKEN, ids=[case[1] or case[0] for case in BROKEN])
def test_each_slip_is_named_with_its_line_and_its_mend(before: str, after: str, words: str, needle: str) -> None:
    assert TEXT.count(before) >= 1
    text = TEXT.replace(before, after, 1)
    told = [problem for problem in problems(text) if words in problem]
    assert told, problems(text)
    found = re.match(r"demo\.toml:(\d+): ", told[0])
    assert found is not None
    assert needle in text.splitlines()[int(found[1]) - 1], told[0]


def test_all_problems_are_told_at_once() -> None:
    text = TEXT.replace('title = "Demo"', "", 1).replace("baseline = 25", "baseline = 0").replace("medium = 0", "m = 0")
    assert len(problems(text)) >= 4


def test_a_second_row_for_the_same_fields_is_refused() -> None:
    text = TEXT + '\n[[rows]]\nfields = ["size", "role"]\nlabel = "x"\npoints = { small = { boss = 1 } }\n'
    (problem,) = problems(text)
    assert "a second row for size and role" in problem


def test_what_is_no_toml_is_told_with_its_line() -> None:
    (problem,) = problems("capability = \ntitle = 1")
    assert "not valid TOML" in problem
    assert "line 1" in problem


def test_a_huge_number_is_refused_not_a_crash() -> None:
    assert any("finite" in problem for problem in problems(TEXT.replace("baseline = 25", "baseline = 1" + "0" * 400)))


@pytest.mark.parametrize("endless", ["1" + "0" * 5000, "[" * 5000])
def test_a_number_or_a_nest_without_end_is_no_toml(endless: str) -> None:
    (problem,) = problems(f"capability = {endless}")
    assert "not valid TOML" in problem


def test_folders_tell_what_is_wrong_with_them(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="holds no scorecard"):
        load_folder(tmp_path)
    (tmp_path / "a.toml").write_text(TEXT)
    (tmp_path / "b.toml").write_text(TEXT)
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(FileRefused, match=r"b\.toml: a second scorecard.*\nc\.toml: cannot be read"):
        load_folder(tmp_path)
    with pytest.raises(FileRefused, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_a_draft_needs_no_points_and_a_finished_card_does() -> None:
    text = TEXT.replace("points = { web = 10, other = -3 }", "")
    assert parse(text, "demo.toml", draft=True).rows[1].points == {}
    assert any("points: is missing" in problem for problem in problems(text))


def test_the_shipped_scorecards_load() -> None:
    assert set(load_folder(SHIPPED)) == {"lead_score", "bank_lead_score"}
