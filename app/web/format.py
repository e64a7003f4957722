"""Numbers and times in the viewer's own locale and time zone. Times are absolute, never "now minus"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers

from app.core.shapes import Meaning, Score
from app.web.texts import Texts, read_locale

_INTERNATIONAL = {"en": "en_GB"}  # day before month, 24 hours: for viewers who read English for want of their own


def read_timezone(name: str) -> tzinfo:
    """The time zone of a viewer by its IANA name; an unknown one is UTC."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a key at all, a folder of zones
        return UTC


@dataclass(frozen=True, slots=True)
class Format:
    """What templates call `fmt`. Digits and direction follow the viewer's locale; what holds words (months,
    units, "and") follows the language of the texts around it."""

    locale: Locale
    words: Locale
    timezone: tzinfo
    lang: str

    @classmethod
    def of(cls, locale: str, timezone: str, lang: str) -> Format:
        """`lang` is the language that the texts are in for this locale."""
        own = read_locale(locale)
        words = own if own.language == lang else Locale.parse(_INTERNATIONAL.get(lang, lang))
        return cls(own, words, read_timezone(timezone), lang)

    @property
    def dir(self) -> str:
        """`rtl` or `ltr`, by the script of the viewer's locale."""
        return self.locale.text_direction

    @property
    def rtl(self) -> bool:
        """Whether the language is read from right to left."""
        return self.dir == "rtl"

    def number(self, value: float) -> str:
        """A number in the locale's own form."""
        return numbers.format_decimal(value, locale=self.locale)

    def signed(self, value: float, digits: int = 0) -> str:
        """With its sign always, so many decimals; a true minus sign, because a hyphen is not read out."""
        part = f".{'0' * digits}" if digits else ""
        text = numbers.format_decimal(abs(value), format=f"0{part}", locale=self.locale)
        return f"{'+' if value >= 0 else '−'}{text}"

    def percent(self, share: float) -> str:
        """A share of 0 to 1, in whole percent."""
        return numbers.format_percent(share, locale=self.locale)

    def date(self, at: datetime) -> str:
        """The day, as in "Nov 23, 2026"."""
        return dates.format_date(at.astimezone(self.timezone), "medium", locale=self.words)

    def minute(self, at: datetime) -> str:
        """Day and minute, as in "Nov 23, 2026, 2:05 PM"."""
        local = at.astimezone(self.timezone)
        day = dates.format_date(local, "medium", locale=self.words)
        time = dates.format_time(local, "short", locale=self.words)
        return str(dates.get_datetime_format("medium", locale=self.words)).format(time, day)

    def iso(self, at: datetime) -> str:
        """For machines: the `datetime` attribute of <time>."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def age(self, seconds: int) -> str:
        """A length of time in one unit, short: "3 hr"."""
        return dates.format_timedelta(seconds, threshold=1, format="short", locale=self.words)

    def join(self, items: Sequence[str]) -> str:
        """ "A, B and C"."""
        return lists.format_list(items, locale=self.words)


def meaning(texts: Texts, locale: str, score: Score) -> str:
    """What the number of a score means, as a sentence in the viewer's language: the same that a card says."""

    def t(message: str, **values: str) -> str:
        return texts.t(message, locale, **values)

    percent = Format.of(locale, "UTC", texts.language(locale)).percent(round(score.value) / 100)
    if score.meaning is Meaning.PROBABILITY:
        return t("The model estimates a chance of {percent}.", percent=percent)
    if score.meaning is Meaning.PERCENTILE:
        return t("Better than {percent} of comparable records.", percent=percent)
    return t("On a scale from 0, the worst, to 100, the best.")
