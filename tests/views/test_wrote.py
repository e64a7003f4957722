"""What a card says of the host's record."""

from __future__ import annotations

from datetime import UTC, datetime

from app.answer import WrittenBack
from app.views._wrote import wrote_of

AT = datetime(2026, 11, 30, tzinfo=UTC)


def test_nothing_written_is_nothing_said() -> None:
    assert wrote_of(None) is None


def test_a_refusal_has_the_host_s_words_and_no_field_names() -> None:
    told = wrote_of(WrittenBack("refused", "rule", AT, "x" * 900, ("AI_Score__c",)))
    assert told == {"state": "refused", "why": "rule", "at": AT, "words": "x" * 500}
