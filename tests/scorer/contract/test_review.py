"""What a review tells: exact quotes, stable ids, what is missing, the risk and a summary."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import app
from app.scorer.contract.clauses import Page
from app.scorer.contract.loader import load_playbooks
from app.scorer.contract.playbook import Playbook
from app.scorer.contract.quality import joined
from app.scorer.contract.review import Review, review
from tests.scorer.contract.books import CONTRACT, book

SAMPLES = Path(app.__file__).parent / "demo" / "samples"


@pytest.fixture(scope="module")
def standard() -> Playbook:
    return load_playbooks()["contract_review"]["standard"]


def categories(found: Review) -> set[str]:
    return {finding.category for finding in found.findings}


def test_findings_quote_exactly_and_say_what_to_do() -> None:
    pages = [Page(1, 0, 88), Page(2, 88, len(CONTRACT))]
    found = review(CONTRACT, pages, book())
    for finding in found.findings:
        assert finding.place is not None
        assert CONTRACT[finding.place.start : finding.place.end] == finding.place.quote
    assert [(each.category, each.severity, each.title) for each in found.findings] == [
        ("fee", "medium", "Big fee"),
        ("fee", "low", "Fee"),
        ("law", "info", "Law"),
    ]
    fee, _, law = found.findings
    assert fee.place is not None
    assert (fee.place.page, fee.suggestion, fee.confidence) == (2, "Pay less.", 0.5)
    assert law.explanation == "Which law. Our standard: Ours."
    assert [(fact.category, fact.value) for fact in found.facts] == [("law", "Ohio"), ("fee", "$500")]
    assert found.risk == "medium"


def test_what_is_missing_is_a_finding_without_a_place() -> None:
    found = review("A letter without any clause that a playbook could look for.", [], book())
    (missing,) = found.findings
    assert (missing.category, missing.severity, missing.place) == ("missing-law", "high", None)
    assert found.risk == "high"
    assert "No law" in found.summary


def test_ids_stay_while_the_quote_does() -> None:
    """Verdicts are kept by them, across runs, versions and another reading of the same PDF."""
    before = {each.id: each.category for each in review(CONTRACT, [], book()).findings}
    moved = "An introduction that was not there before, with a sentence that nobody looks for.\n\n" + CONTRACT.replace(
        " ", "  "
    )
    after = {each.id: each.category for each in review(moved, [], book()).findings}
    assert before == after
    changed = review(CONTRACT.replace("$500", "$900"), [], book())
    assert len(set(before) & {each.id for each in changed.findings}) == 2


def test_the_same_sentence_twice_is_one_finding() -> None:
    found = review(f"{CONTRACT}\n\n{CONTRACT}", [], book())
    assert len({each.id for each in found.findings}) == len(found.findings)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "risk", "there", "absent"),
    [
        (
            "reseller-agreement.md", "high",
            {"uncapped-liability", "missing-cap-on-liability", "exclusivity", "minimum-commitment", "renewal-term",
             "notice-period-to-terminate-renewal", "audit-rights", "non-compete", "governing-law", "license-grant"},
            {"missing-governing-law", "cap-on-liability"},
        ),
        (
            "mutual-nda.md", "medium",
            {"missing-governing-law", "parties", "effective-date", "expiration-date", "no-solicit-of-employees"},
            {"governing-law", "non-compete", "license-grant"},
        ),
        (
            "services-agreement.md", "low",
            {"cap-on-liability", "governing-law", "ip-ownership-assignment", "insurance", "warranty-duration",
             "termination-for-convenience", "anti-assignment", "parties", "agreement-date"},
            {"non-compete", "exclusivity", "liquidated-damages", "missing-governing-law", "missing-cap-on-liability"},
        ),
    ],
)  # fmt: skip
def test_the_samples_show_what_they_were_written_for(
    standard: Playbook, name: str, risk: str, there: set[str], absent: set[str]
) -> None:
    found = review(*joined([sample(name)]), standard)
    assert there - categories(found) == set()
    assert absent & categories(found) == set()
    assert found.risk == risk


def test_facts_and_summary_of_a_sample(standard: Playbook) -> None:
    found = review(*joined([sample("services-agreement.md")]), standard)
    told = {(fact.category, fact.value) for fact in found.facts}
    assert told >= {
        ("parties", "Larkfield Museums Trust (Customer)"),
        ("parties", "Brightwater Systems, Inc. (Provider)"),
        ("agreement-date", "2026-03-02"),
        ("governing-law", "Massachusetts"),
    }
    assert "Brightwater Systems, Inc. (Provider)" in found.summary
    assert "under the law of Massachusetts" in found.summary


def test_twenty_pages_take_less_than_a_second(standard: Playbook) -> None:
    text, pages = joined([(sample("reseller-agreement.md") + sample("services-agreement.md"))[:3000]] * 20)
    started = time.process_time()
    review(text, pages, standard)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "piece", ["shall not ", "no assign without ", "laws of State of ", '("X") ', "1", "$1,", ". ", "\u2028", "\ud800"]
)
def test_no_text_takes_long_or_breaks_it(standard: Playbook, piece: str) -> None:
    started = time.process_time()
    review(piece * (50_000 // len(piece)), [], standard)
    assert time.process_time() - started < 3
