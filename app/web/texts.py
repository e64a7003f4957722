"""Texts for people: English sentences are the keys, a catalogue per language holds the others.

Catalogues are plain `.po` files, read once at start. A text that a language lacks falls back to English; a
test proves that German lacks none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.pofile import read_po

FALLBACK = "en"
_FOLDER = Path(__file__).with_name("locale")
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi"}  # Java's spellings, which some hosts still send


@lru_cache(maxsize=512)  # a viewer names it: so bounded
def read_locale(text: str) -> Locale:
    """The locale of a viewer, in whatever spelling (`de_DE`, `de-AT`); an unknown one is English."""
    head, _, tail = text.strip().replace("-", "_").partition("_")
    spelled = "_".join(part for part in (_OLD_CODES.get(head.lower(), head), tail) if part)
    for candidate in (spelled, spelled.split("_")[0]):
        try:
            return Locale.parse(candidate)
        except (ValueError, TypeError, UnknownLocaleError):
            continue
    return Locale(FALLBACK)


class Texts:
    """All catalogues. Immutable after `load`, so it is shared by all threads."""

    def __init__(self, catalogs: Mapping[str, Mapping[str, Any]], plurals: Mapping[str, Callable[[int], int]]) -> None:
        self._catalogs = catalogs
        self._plurals = plurals

    @classmethod
    def load(cls, folder: Path = _FOLDER) -> Texts:
        """Read every `<language>.po` of the folder."""
        catalogs: dict[str, dict[Any, Any]] = {}
        plurals = {}
        for path in sorted(folder.glob("*.po")):
            with path.open("rb") as file:
                catalog = read_po(file, locale=path.stem)
            catalogs[path.stem] = {
                message.id[0] if isinstance(message.id, tuple) else message.id: message.string
                for message in catalog
                if message.id and not message.fuzzy
            }
            plurals[path.stem] = c2py(catalog.plural_expr)
        return cls(catalogs, plurals)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are texts in."""
        return (FALLBACK, *self._catalogs)

    def language(self, locale: str) -> str:
        """The language that texts for this locale are in."""
        found = read_locale(locale).language
        return found if found in self._catalogs else FALLBACK

    def t(self, message: str, locale: str, /, **values: Any) -> str:
        """The message in the locale's language, its {names} filled in."""
        found = self._catalogs.get(self.language(locale), {}).get(message) or message
        return str(found).format_map(values) if values else str(found)

    def tn(self, one: str, many: str, n: int, locale: str, /, **values: Any) -> str:
        """The message for n things; `{n}` is filled in too."""
        language = self.language(locale)
        forms = self._catalogs.get(language, {}).get(one)
        found = forms[self._plurals[language](n)] if forms else ""
        return str(found or (one if n == 1 else many)).format_map({"n": n} | values)
