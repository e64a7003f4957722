"""Facts out of sentences that contracts are made of."""

from __future__ import annotations

import pytest

from app.scorer.contract.facts import READ, amount, day, law, notice, parties, period
from app.scorer.contract.playbook import READERS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            'This Agreement is made on May 1, 2020 by and between Acme Widgets, Inc., a Delaware corporation ("Acme"),'
            ' and Globex GmbH & Co. KG, having its seat in Berlin (the "Customer").',
            ["Acme Widgets, Inc. (Acme)", "Globex GmbH & Co. KG (Customer)"],
        ),
        ('between Initech LLC (hereinafter referred to as "Initech") and Jane Doe ("Consultant")',
         ["Initech LLC (Initech)", "Jane Doe (Consultant)"]),
        ("This Agreement is between Acme Widgets, Inc. and Globex Corporation and binds both.",
         ["Acme Widgets, Inc.", "Globex Corporation"]),
        ("This agreement binds the undersigned.", []),
    ],
)  # fmt: skip
def test_parties_have_their_names_and_roles(text: str, names: list[str]) -> None:
    assert parties(text) == names


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("governed by the laws of the State of New York, without regard to", "New York"),
        ("in accordance with the laws of England and Wales.", "England and Wales"),
        ("BY THE LAWS OF THE STATE OF TEXAS WITHOUT REGARD TO THE DOCTRINES", "Texas"),
        ("the substantive internal laws of the Federal Republic of Germany apply", "Germany"),
        ("according to the law of Tennessee.", "Tennessee"),
    ],
)
def test_the_law_is_a_place(text: str, place: str) -> None:
    assert law(text) == [place]


def test_days_periods_and_amounts() -> None:
    assert day("made on May 31, 1999") == ["1999-05-31"]
    assert day("made on the day of signing") == []
    assert period("from May 1, 1999 and shall remain in force until May 31, 2000") == ["until 2000-05-31"]
    assert period("continues for three (3) years unless ended on 30 days' prior notice") == ["3 years"]
    assert notice("renewed for two years unless a party gives ninety (90) days' prior notice") == ["90 days"]
    assert amount("shall not exceed US$ 1,000,000 in all") == ["US$ 1,000,000"]
    assert amount("a commission of 8.5% of net sales") == ["8.5%"]


def test_every_reader_that_a_playbook_may_name_is_there() -> None:
    assert set(READ) == set(READERS)
