"""Reads dates and periods as contracts write them: "this 1st day of November, 2002", "thirty (30) days"."""

from __future__ import annotations

import re
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2}) ?(?:st|nd|rd|t ?h)?\b"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)\b"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH} {_DAY} ?,? ?{_YEAR}",
        rf"\b{_DAY} ?(?:day )?(?:of )?{_MONTH},? ?{_YEAR}",
        r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b",
        r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)\d\d)\b",
    )
)
_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LARGE = {
    "fifteen": 15,
    "eighteen": 18,
    "twenty": 20,
    "twenty-four": 24,
    "thirty": 30,
    "thirty-six": 36,
    "forty": 40,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "seventy-five": 75,
    "eighty": 80,
    "ninety": 90,
    "hundred twenty": 120,
    "hundred eighty": 180,
}
_WORDS = {word: number for number, word in enumerate(_SMALL, 1)} | _LARGE
_PERIOD = re.compile(
    rf"\b(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))}|\d{{1,3}})(?: ?\( ?(?P<number>\d{{1,3}}) ?\))?\)?"
    r"[ -](?:calendar |business |full |consecutive |contract |additional |successive |further ){0,2}"
    r"(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)


def read_dates(plain: str) -> list[tuple[int, date]]:
    """The whole dates in a text with where they stand, in order.

    01/02/2020 may be January or February: told apart only when one of the numbers cannot be a month.
    """
    found: dict[int, date] = {}
    for form in _FORMS:
        for match in form.finditer(plain):
            day = _date(match)
            if day is not None:
                found.setdefault(match.start(), day)
    return sorted(found.items())


def read_periods(plain: str) -> list[tuple[int, str]]:
    """Periods such as "30 days" in a text with where they stand, in order."""
    found = []
    for match in _PERIOD.finditer(plain):
        word = match["number"] or match["word"]
        number = int(word) if word.isdigit() else _WORDS[word.lower()]
        unit = match["unit"].lower() + ("" if number == 1 else "s")
        found.append((match.start(), f"{number} {unit}"))
    return found


def _date(match: re.Match[str]) -> date | None:
    year, month, day = int(match["year"]), match["month"], int(match["day"])
    number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
    if "/" in match[0]:
        if number <= 12 and day <= 12 and number != day:
            return None
        if number > 12:
            number, day = day, number
    try:
        return date(year, number, day)
    except ValueError:
        return None
