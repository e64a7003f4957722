"""The numbers of paragraphs, which a .docx file does not hold as text: `2.1`, `(a)`, `Article IV`.

ECMA-376 part 1, 17.9: a paragraph, or its style, names an instance (`num`) and a level; the instance names an
abstract definition, whose nine levels each have a format and a pattern such as `%1.%2`. Instances of one definition
count on together, unless an instance starts a level anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

Element = etree._Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def numeral(number: int, form: str) -> str:
    """A number as 17.18.59 `ST_NumberFormat` has it; forms that we do not know are written in digits."""
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text if form == "lowerRoman" else text.upper()
    if form in {"lowerLetter", "upperLetter"} and 0 < number <= 26 * 20:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)  # 27 is `aa`, 28 is `bb`
        return letter if form == "lowerLetter" else letter.upper()
    if form == "ordinal":
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 % 10 != 1 else 0, "th")
        return f"{number}{ending}"
    return f"{number:02}" if form == "decimalZero" else "" if form == "none" else str(number)


def value(element: Element | None, path: str) -> str | None:
    """The `val` of what is at this path below, its steps without their namespace."""
    if element is None:
        return None
    found = element.find("/".join(W + step for step in path.split("/")))
    return None if found is None else found.get(W + "val", "")


def whole(text: str | None, default: int) -> int:
    """The number that a text is, else the default."""
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text) else default


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts and is written."""

    start: int = 1
    form: str = "decimal"
    pattern: str = ""
    legal: bool = False  # all numbers of the pattern in digits
    style: str = ""  # the paragraph style that stands for this level


@dataclass(slots=True)
class Definition:
    """A list: its levels, and how far each has counted."""

    levels: dict[int, Level]
    linked: str = ""  # the list style that holds the levels in truth
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts as it is asked: once for each paragraph, in their order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._definitions: dict[str, Definition] = {}
        self._instances: dict[str, tuple[str, dict[int, int]]] = {}
        self._styles: dict[str, tuple[str | None, str | None, str | None]] = {}
        for style in styles.iter(W + "style") if styles is not None else ():
            below = style.find(f"{W}pPr/{W}numPr")
            named = (value(below, "numId"), value(below, "ilvl"), value(style, "basedOn"))
            self._styles[style.get(W + "styleId", "")] = named
        for element in numbering if numbering is not None else ():
            if element.tag == W + "abstractNum":
                levels = {whole(level.get(W + "ilvl"), 0): _level(level) for level in element.iterfind(W + "lvl")}
                linked = value(element, "numStyleLink") or ""
                self._definitions[element.get(W + "abstractNumId", "")] = Definition(levels, linked)
            elif element.tag == W + "num":
                self._instances[element.get(W + "numId", "")] = value(element, "abstractNumId") or "", _anew(element)

    def label(self, paragraph: Element) -> str:
        """What stands before this paragraph; empty for one without a number. Counts it."""
        instance, level = self._place(paragraph)
        name, anew = self._instances.get(instance, ("", {}))
        definition = self._definition(name)
        if definition is None or level not in definition.levels:
            return ""
        counts = definition.counts
        counts[level] = anew.pop(level) if level in anew else counts.get(level, definition.levels[level].start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        return _written(definition, level)

    def _place(self, paragraph: Element) -> tuple[str, int]:
        """Instance and level: the paragraph's own, else its style's, else those of what the style is based on."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        instance, level = value(own, "numId"), value(own, "ilvl")
        style: str | None = value(paragraph, "pPr/pStyle")
        named, seen = style, set[str]()
        while style and instance is None and style not in seen and style in self._styles:
            seen.add(style)
            instance, styled, based_on = self._styles[style]
            level = level if level is not None else styled
            named, style = style, based_on
        if level is None and instance is not None and named:
            definition = self._definition(self._instances.get(instance, ("", {}))[0])
            levels = definition.levels if definition else {}
            return instance, next((number for number, each in levels.items() if each.style == named), 0)
        return instance or "", whole(level, 0)

    def _definition(self, name: str) -> Definition | None:
        found = self._definitions.get(name)
        if found is not None and found.linked:
            instance = self._styles.get(found.linked, (None, None, None))[0]
            return self._definitions.get(self._instances.get(instance or "", (name, {}))[0])
        return found


def _level(element: Element) -> Level:
    return Level(
        start=whole(value(element, "start"), 0),
        form=value(element, "numFmt") or "decimal",
        pattern=value(element, "lvlText") or "",
        legal=value(element, "isLgl") not in {None, "0", "false"},
        style=value(element, "pStyle") or "",
    )


def _anew(element: Element) -> dict[int, int]:
    """Levels that an instance starts anew, each once."""
    found = {}
    for override in element.iterfind(W + "lvlOverride"):
        start = value(override, "startOverride")
        if start is not None:
            found[whole(override.get(W + "ilvl"), 0)] = whole(start, 1)
    return found


def _written(definition: Definition, level: int) -> str:
    here = definition.levels[level]
    if here.form == "bullet":
        return "•"

    def number(match: re.Match[str]) -> str:
        which = int(match[1]) - 1
        each = definition.levels.get(which, Level())
        count = definition.counts.setdefault(which, each.start)
        return numeral(count, "decimal" if here.legal and each.form != "none" else each.form)

    return re.sub(r"%([1-9])", number, here.pattern).strip()
