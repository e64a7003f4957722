"""Two viewers of different rights on one record, in both orders; and one who may see nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]
SIZE = "Company size"


@pytest.fixture(scope="session")
def sized(demo: Demo) -> Iterator[str]:
    """Leads that Sam may see too, with company size among the reasons, that other tests leave alone."""
    return iter(lead for lead in demo.leads("sam", page=2) if _says_size(demo, lead))


def _says_size(demo: Demo, lead: str) -> bool:
    """Directors and vice presidents of large companies: the scorecard has a row of its own for them."""
    page = requests.get(demo.lead(lead), timeout=5).text
    large = re.search(r'name="NumberOfEmployees" value="\d{4,}"', page)
    return bool(large and re.search(r"<option selected>(Director|VP)</option>", page))


@pytest.mark.parametrize("first", ["zoe", "sam"])
def test_who_may_not_see_a_field_reads_no_reason_of_it(window: Window, sized: Iterator[str], first: str) -> None:
    lead, second = next(sized), {"zoe": "sam", "sam": "zoe"}[first]
    stages = {first: window().open(lead, first)}
    stages[second] = window().open(lead, second)
    zoe, sam = stages["zoe"], stages["sam"]
    assert zoe.score() == sam.score()
    assert sam.labels() < zoe.labels()
    only_hers = zoe.labels() - sam.labels()
    details = {text for text in zoe.card.locator("small").all_text_contents() if SIZE in text}
    assert details
    told = sam.words_of_inlay()
    assert len(told) > 1000
    assert [text for text in (*only_hers, *details, SIZE) if text in told] == []
    expect(sam.card).to_contain_text(re.compile(rf"{len(only_hers)} reasons? (is|are) hidden"))


def test_who_may_see_nothing_is_told_so_and_learns_nothing(window: Window, demo: Demo, spare: Iterator[str]) -> None:
    scored, never = next(spare), next(spare)
    score = window().open(scored).score()
    told = {}
    alex = window()
    for lead in (scored, never):
        alex.answers.clear()
        alex.open(lead, "alex", state="denied")
        expect(alex.card).to_contain_text("You cannot see this record.")
        expect(alex.badge).to_contain_text("No access")
        told[lead] = (alex.badge.inner_html(), alex.card.locator("h2, p:not(.reference)").all_inner_texts())
        assert f">{score}<" not in alex.words_of_inlay()
        viewers = demo.rows(
            "SELECT viewer FROM audit WHERE event = 'permission.refused' AND record = ?", f"Lead/{lead}"
        )
        assert viewers
        assert all("Alx" in row["viewer"] for row in viewers)
    assert told[scored] == told[never], "not even that there is a score"


@pytest.mark.parametrize("form", ["element", pytest.param("sandbox", marks=pytest.mark.proof)])
def test_no_backend_signs_for_who_may_see_nothing(window: Window, demo: Demo, spare: Iterator[str], form: str) -> None:
    alex = window()
    alex.page.goto(demo.lead(next(spare), "alex", form))
    expect(alex.page.get_by_text("No proof is made")).to_have_count(2)
    assert alex.answers == []
