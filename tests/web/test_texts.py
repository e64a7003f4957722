"""Texts: German is complete and holds nothing idle; unknown locales fall back; values are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from app import errors
from app.documents import refusals
from app.web.texts import Texts, read_locale

ROOT = Path(__file__).parents[2]
KEYWORDS = {"t": None, "tn": (1, 2)}
SOURCES = (("components", "*.html", "jinja2"), ("templates", "*.html", "jinja2"), ("app", "*.py", "python"))
Id = str | tuple[str, ...]


def used() -> set[Id]:
    """Every text in components, pages and code, and the titles of errors that a browser may be told."""
    found: set[Id] = set()
    for folder, pattern, method in SOURCES:
        for path in (ROOT / folder).rglob(pattern):
            with path.open("rb") as file:
                found |= {
                    message if isinstance(message, str) else tuple(message)
                    for _, message, _, _ in extract(method, file, keywords=KEYWORDS)
                }
    return found | set(titles(errors.InlayError))


def titles(error: type[errors.InlayError]) -> Iterator[str]:
    inside = (errors.ConfigError, errors.OutboundError, errors.AnswerRefused)
    # errors of most other rooms are told to machines: to a host that sends events, to an admin
    if not issubclass(error, inside) and error.__module__ in {errors.__name__, refusals.__name__}:
        yield error.title
        for child in error.__subclasses__():
            yield from titles(child)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


def test_german_has_every_text_and_no_idle_one() -> None:
    with (ROOT / "app" / "web" / "locale" / "de.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    entries = [message for message in catalog if message.id]
    known = {tuple(message.id) if isinstance(message.id, list | tuple) else message.id for message in entries}
    found = used()
    assert known - found == set(), "obsolete"
    assert found - known == set(), "missing"
    for message in entries:
        strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
        ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
        assert all(strings), f"not translated: {message.id}"
        assert not message.fuzzy
        for string in strings:
            assert names(string) == names(ids[0]), f"other values: {string}"


def names(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de_DE", "de"),
        ("de-AT", "de"),
        ("en_US", "en"),
        ("fr", "en"),
        ("ar-EG", "en"),
        ("tlh", "en"),
        ("", "en"),
        ("de_XX_nonsense", "de"),
        ("../../etc", "en"),
        ("\x00", "en"),
        ("x" * 9999, "en"),
    ],
)
def test_a_locale_leads_to_a_language(texts: Texts, locale: str, language: str) -> None:
    assert texts.language(locale) == language


def test_locales_keep_their_region_and_old_codes_work() -> None:
    assert str(read_locale("de-AT")) == "de_AT"
    assert read_locale("iw").language == "he"
    assert str(read_locale("zh-Hant-TW")) == "zh_Hant_TW"


def test_values_and_plurals_are_filled_in(texts: Texts) -> None:
    assert texts.t("{age} old", "de", age="3 Std.") == "3 Std. alt"
    assert texts.t("{age} old", "fr", age="3 hr") == "3 hr old"
    assert texts.tn("{n} more reason", "{n} more reasons", 1, "de") == "1 weiterer Grund"
    assert texts.tn("{n} more reason", "{n} more reasons", 3, "de") == "3 weitere Gründe"
    assert texts.tn("{n} more reason", "{n} more reasons", 1, "en") == "1 more reason"
    assert texts.tn("{n} more reason", "{n} more reasons", 0, "en") == "0 more reasons"


def test_a_value_is_never_read_as_a_pattern(texts: Texts) -> None:
    assert texts.t("{age} old", "en", age="{name.__class__}") == "{name.__class__} old"


def test_a_text_without_a_translation_is_english(texts: Texts) -> None:
    assert texts.t("Not in any catalogue {n}.", "de", n=1) == "Not in any catalogue 1."
    assert texts.tn("{n} thing", "{n} things", 2, "de") == "2 things"
