"""The pseudo-locale: every text of ours accented and 40 % longer, so that what is not translated, and what is too
tight for German or Finnish, is seen at once."""

from __future__ import annotations

import re
from typing import Any

from app.web.texts import Texts

LOCALE = "en-XA"  # as CLDR names it
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = str.maketrans(_PLAIN, "áƀçđéƒğĥíĵķļɱñóþǫŕšťúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶĻṀÑÓÞǪŔŠŤÚṼŴẊÝŽ")
_NAME = re.compile(r"(\{\w+\})")
_FILLER = "~" * 80


def longer(text: str) -> str:
    """The text with accents, brackets around it, and 40 % more of it; `{names}` stay."""
    parts = _NAME.split(text)
    accented = "".join(part if part.startswith("{") else part.translate(_ACCENTED) for part in parts)
    return f"[{accented} {_FILLER[: max(1, len(text) * 4 // 10 - 3)]}]"


class PseudoTexts(Texts):
    """English that looks translated."""

    def t(self, message: str, locale: str, /, **values: Any) -> str:
        """A text in the pseudo-language: the same, 40 % longer."""
        found = longer(super().t(message, locale))
        return found.format_map(values) if values else found

    def tn(self, one: str, many: str, n: int, _locale: str, /, **values: Any) -> str:
        """The same of a number of things."""
        return longer(one if n == 1 else many).format_map({"n": n} | values)
