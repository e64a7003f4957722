"""Numbers and times: the viewer's digits and direction, the language of the texts for words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.shapes import Meaning
from app.web.format import Format, meaning, read_timezone
from app.web.texts import Texts
from tests.core.scored import SCORE

AT = datetime(2026, 11, 23, 23, 5, tzinfo=UTC)


def fmt(locale: str, lang: str = "en", timezone: str = "UTC") -> Format:
    return Format.of(locale, timezone, lang)


def test_digits_follow_the_locale_even_without_its_texts() -> None:
    assert fmt("de", "de").number(1234.5) == "1.234,5"
    assert fmt("fr").number(1234.5) == "1\u202f234,5"
    assert fmt("en").percent(0.72) == "72%"
    assert fmt("de", "de").percent(0.72) == "72\xa0%"


@pytest.mark.parametrize(("value", "said"), [(5, "+5"), (-12, "−12"), (0, "+0")])
def test_a_sign_always_stands_and_a_minus_is_a_minus(value: float, said: str) -> None:
    assert fmt("en").signed(value) == said


def test_effects_keep_their_decimals() -> None:
    assert fmt("en").signed(14.25, 1) == "+14.2"
    assert fmt("de", "de").signed(-8, 1) == "−8,0"


def test_times_are_absolute_and_in_the_viewer_s_zone() -> None:
    assert fmt("en").minute(AT) == "Nov 23, 2026, 11:05\u202fPM"
    assert fmt("de", "de", "Europe/Berlin").minute(AT) == "24.11.2026, 00:05"
    assert fmt("en", timezone="America/New_York").date(AT) == "Nov 23, 2026"
    assert fmt("de", "de", "Europe/Berlin").date(AT) == "24.11.2026"
    assert fmt("de", "de", "Europe/Berlin").iso(AT) == "2026-11-23T23:05:00Z"


def test_words_are_in_the_language_of_the_texts_around_them() -> None:
    """A French viewer reads English texts: no French month stands in an English sentence."""
    assert fmt("fr").minute(AT) == "23 Nov 2026, 23:05"
    assert fmt("ar").age(10800) == "3 hrs"
    assert fmt("en").age(10800) == "3 hr"
    assert fmt("de", "de").age(172_800) == "2 Tg."
    assert fmt("de", "de").age(300) == "5 Min."


@pytest.mark.parametrize("locale", ["ar", "ar-EG", "he", "iw", "fa", "ur_PK"])
def test_right_to_left_scripts(locale: str) -> None:
    assert fmt(locale).rtl
    assert fmt(locale).dir == "rtl"


@pytest.mark.parametrize("locale", ["en", "de", "ja", "", "nonsense"])
def test_left_to_right_scripts(locale: str) -> None:
    assert fmt(locale).dir == "ltr"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "\x00", "x" * 9999])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert read_timezone(name) is UTC


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        (Meaning.PROBABILITY, "The model estimates a chance of 72%.", "Das Modell schätzt die Chance auf 72\xa0%."),
        (Meaning.PERCENTILE, "Better than 72% of comparable records.", "72\xa0%"),
        (Meaning.INDEX, "On a scale from 0, the worst, to 100, the best.", "0"),
    ],
)  # fmt: skip
def test_each_meaning_has_its_sentence(kind: Meaning, english: str, german: str) -> None:
    score, texts = replace(SCORE, meaning=kind), Texts.load()
    assert meaning(texts, "en", score) == english
    assert german in meaning(texts, "de-AT", score)
