"""A playbook is read strictly: each mistake is told with its line and its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.scorer.contract.loader import SHIPPED, load, load_playbooks, parse
from app.scorer.problems import FileRefused
from tests.scorer.contract.books import TEXT, book

CUAD = {
    "parties",
    "agreement-date",
    "effective-date",
    "expiration-date",
    "renewal-term",
    "notice-period-to-terminate-renewal",
    "governing-law",
    "anti-assignment",
    "change-of-control",
    "termination-for-convenience",
    "cap-on-liability",
    "uncapped-liability",
    "liquidated-damages",
    "license-grant",
    "exclusivity",
    "non-compete",
    "no-solicit-of-employees",
    "audit-rights",
    "insurance",
    "ip-ownership-assignment",
    "most-favored-nation",
    "minimum-commitment",
    "revenue-profit-sharing",
    "warranty-duration",
}


def test_the_shipped_playbook_has_the_categories_of_cuad() -> None:
    books = load_playbooks()
    assert list(books) == ["contract_review"]
    standard = books["contract_review"]["standard"]
    assert {category.name for category in standard.categories} == CUAD
    assert {category.name for category in standard.categories if category.missing} >= {
        "governing-law",
        "cap-on-liability",
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Law"', "", "categories.law.title: is missing. Add it."),
        ('severity = "info"', 'severity = "grave"', "'grave' is not known. Use one of: high, medium, low, info."),
        (r"'\blaws of\b'", "'(unclosed'", "is no RE2 pattern"),
        (r"'\blaws of\b'", r"'(?!look)ahead'", "is no RE2 pattern"),
        (r"'\blaws of\b'", "'x*'", "matches everything"),
        (r"'\blaws of\b'", "'<nothing>'", "<nothing> is no term. Known here: money, sum"),
        (r"find = ['\blaws of\b']", "find = []", "must be a list of patterns"),
        (r"find = ['\blaws of\b']", "find = [5]", "must be a list of patterns"),
        (r"find = ['\blaws of\b']", "find = [{ al = ['x'] }]", "is not a known key here"),
        ("most = 2", "most = 0", "must be between 1 and 100"),
        ("confidence = 0.5", "confidence = 5", "must be above 0, and 1 at most"),
        ('place = "opening"', 'place = "top"', "Use one of: anywhere, opening, closing."),
        ('fact = "law"', 'fact = "laws"', "Use one of: parties, date"),
        ("high = 10\nmedium", "high = 1\nmedium", "must be above medium"),
        ("medium = 3, low", "medium = -3, low", "must not be below 0"),
        ("[categories.fee]", "[categories.Fee]", "is not a category's name"),
        ('name = "small"', 'name = "Small Book"', "is not a name"),
        ('title = "Small"', 'titel = "Small"', "titel: is not a known key here"),
        ("[model]", "[model", "not valid TOML"),
    ],
)
def test_a_mistake_is_told(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(FileRefused) as refused:
        book(TEXT.replace(old, new, 1))
    assert words in str(refused.value)


def test_a_number_without_end_is_no_toml() -> None:
    with pytest.raises(FileRefused, match="not valid TOML"):
        parse("capability = 1" + "0" * 5000, "endless.toml")


def test_a_problem_has_its_line() -> None:
    with pytest.raises(FileRefused) as refused:
        book(TEXT.replace("most = 2", "most = 200"))
    line = TEXT.splitlines().index("most = 2") + 1
    assert refused.value.problems == (f"small.toml:{line}: categories.fee.most: must be between 1 and 100.",)


def test_an_own_playbook_stands_beside_the_shipped_one_or_in_its_place(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TEXT)
    assert list(load_playbooks([own])["contract_review"]) == ["standard", "small"]
    own.write_text(TEXT.replace('name = "small"', 'name = "standard"'))
    assert load_playbooks([own])["contract_review"]["standard"].title == "Small"
    own.write_text("nonsense")
    with pytest.raises(FileRefused, match=r"own\.toml"):
        load_playbooks([own])
    with pytest.raises(FileRefused, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_any_change_of_a_playbook_is_another_version() -> None:
    """What is remembered of a document goes by it."""
    assert book().version.startswith("1+")
    assert book(TEXT + "\n# a word").version != book().version


def test_no_playbook_is_the_end_of_us() -> None:
    with pytest.raises(FileRefused) as refused:
        parse("", "empty.toml")
    assert len(refused.value.problems) > 5
    assert sorted(path.name for path in SHIPPED.iterdir()) == ["contract_review.toml"]
