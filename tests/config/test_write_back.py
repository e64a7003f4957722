"""`write_back` as an admin writes it: what is read, and what is refused with which words."""

from __future__ import annotations

import pytest

from app.config import Settings
from tests.config.test_table import GOOD, KEY, only

CRM = GOOD + 'client_id = "inlay"\nclient_secret = "env:INLAY_KEY"\ntoken_url = "https://crm.example.com/token"\n'


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_KEY", KEY)


def written(lines: str, capability: str = "lead_score") -> str:
    return f"{CRM}[connections.crm.write_back.{capability}]\n{lines}"


def test_each_thing_has_its_field() -> None:
    settings = Settings.parse(written('verdict = "AI_Verdict__c"\nscore = "AI_Score__c"\nat_least = 5'))
    [found] = settings.connections["crm"].write_back.values()
    assert dict(found.fields) == {"score": "AI_Score__c", "verdict": "AI_Verdict__c"}
    assert (found.at_least, found.names) == (5, ("AI_Score__c", "AI_Verdict__c"))
    assert hash(settings)


@pytest.mark.parametrize(
    ("lines", "said", "mend"),
    [
        ('scor = "A"', "there is nothing called 'scor' to write", "Name some of score"),
        ('score = "A b"', "is not allowed here", "Write it like"),
        ('score = "A"\nband = "a"', "one field holds two things", "a field of its own"),
        ("at_least = 5", "names no field", "at least one"),
        ('score = "A"\nat_least = 0', "out of range", "from 1 to 100"),
        ('score = "Industry"', "Industry is read by lead_score", "does not read"),
    ],
)
def test_what_is_refused(lines: str, said: str, mend: str) -> None:
    problem = only(written(lines))
    assert said in problem
    assert mend in problem


def test_a_renamed_feature_is_read_all_the_same() -> None:
    text = written('score = "Sector__c"') + '\n[connections.crm.fields.lead_score]\nIndustry = "sector__c"\n'
    assert "is read by lead_score" in only(text)


def test_it_is_of_a_capability_that_is_there() -> None:
    assert "has no capability deal_score" in only(written('score = "A"', "deal_score"))


def test_nothing_is_written_with_a_viewer_s_token() -> None:
    text = GOOD + '[connections.crm.write_back.lead_score]\nscore = "A"'
    assert "no integration identity" in only(text)


def test_who_reads_the_records_writes_them() -> None:
    other = (
        '[connections.portal]\nhost = "somewhere"\norigins = ["http://127.0.0.1:8009"]\n'
        'components = ["score-card"]\ncapabilities = ["lead_score"]\nrecords_from = "crm"\n'
        '[connections.portal.write_back.lead_score]\nscore = "A"'
    )
    problem = only(CRM + other)
    assert "records are those of connection crm" in problem
    assert "[connections.crm.write_back]" in problem


def test_an_analysis_has_a_band_and_no_number() -> None:
    text = CRM.replace('records = ["Lead"]', 'records = ["Lead"]\nkind = "analysis"')
    assert "an analysis has none" in only(f'{text}[connections.crm.write_back.lead_score]\nscore = "A"')
