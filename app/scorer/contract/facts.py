"""Reads facts out of clauses that were found: who, when, how long, how much, under which law."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.scorer.contract.dates import read_dates, read_periods

MAX_VALUE = 200
MAX_PARTIES = 8
_ALIAS = re.compile(r"\((?P<inside>[^()]{0,120})\)")
_QUOTED = re.compile(r'"([^"]{1,40})"')
_COLLECTIVE = re.compile(
    r"\b(?:part(?:y|ies)|agreement|effective date|collectively|individually|contract)\b", re.IGNORECASE
)
_NAME_STARTS = re.compile(
    r"\b(?:by and between|by and among|between|among|and|dated|of|that|as of|,)\b\s*:?|\)\s*,?|;|\d{4},?"
)
_NAME_ENDS = re.compile(
    r",? (?:an? |the |having|with|whose|organi[sz]ed|incorporated|located|duly|existing|acting|formed"
    r"|doing business|of \d|which|hereinafter|registered|established|constituted)\b|, (?:at|\d)|(?<!\s)\s*\($",
)
_FORM = re.compile(
    r"(?:[A-Z0-9][\w&.'’/-]{0,60},? (?:(?:of|and|&|de|the) )?){1,8}?"
    r"(?:Inc|INC|Incorporated|Corporation|CORPORATION|Corp|CORP|Company|COMPANY|LLC|L\.L\.C|Ltd|LTD|Limited|LIMITED"
    r"|LLP|L\.P|LP|GmbH|AG|S\.A|SA|N\.V|B\.V|PLC|plc|KG|S\.A\.S|Pty)\b\.?"
)
_LAW = re.compile(
    r"(?i:\blaws? (?:\w+ ){0,2}?(?:of|in) (?:the )?(?:(?:state|commonwealth|province|republic|federal republic|kingdom"
    r"|people's republic) of )?(?:the )?)"
    r"(?P<place>England and Wales|ENGLAND AND WALES|[A-Z][\w.'-]*(?: (?:of )?[A-Z][\w.'-]*){0,3})",
)
_AFTER_A_PLACE = re.compile(
    r",? (?:without|as|and|excluding|applicable|for|including|shall|except|regardless|will|or|but)\b.*", re.IGNORECASE
)
_MONEY = re.compile(
    r"(?:US ?\$|USD ?|EUR ?|GBP ?|[$€£]) ?\d[\d,]{0,15}(?:\.\d{1,2})?(?: (?:million|billion))?"
    r"|\b\d[\d.,]{0,8} ?(?:%|percent\b)"
    r"|\b\d[\d,]{0,15} (?:US )?(?:dollars|euros?|pounds)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^[^.;]{0,25}\b(?:prior|before|advance|preceding|notice|in advance|after|of (?:receipt|the date))\b", re.IGNORECASE
)
_SMALL = frozenset({"of", "and", "the", "de", "for", "&", "plc", "van", "und"})
_NO_NAME = re.compile(
    r"\b(?:agreement|contract|day|date|dated|whereas|amendment|exhibit|article|section|recitals"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b|\"|^\w{1,3}$",
    re.IGNORECASE,
)
_COMING_TO_AN_END = re.compile(
    r"\b(?:until|through|to|expir\w+|end\w*|conclud\w+|terminat\w+)\b[^.]{0,40}$", re.IGNORECASE
)


def parties(plain: str) -> list[str]:
    """The parties with their roles, such as `Acme, Inc. (Customer)`; without roles, what has a company's form."""
    found: dict[str, str] = {}
    before = 0
    for match in _ALIAS.finditer(plain):
        role = _QUOTED.search(match["inside"])
        if not role or _COLLECTIVE.search(match["inside"]):
            continue
        name = _name_before(plain[max(before, match.start() - 400) : match.start()])
        before = match.end()
        alias = role[1].strip(" ,.")
        if name and name.casefold() not in found:
            found[name.casefold()] = name if name.casefold() == alias.casefold() else f"{name} ({alias})"
    return list(found.values())[:MAX_PARTIES] or _by_form(plain[:1500])


def law(plain: str) -> list[str]:
    """The state or country whose law it is."""
    match = _LAW.search(plain)
    if not match:
        return []
    name = match["place"] if match["place"].lower() == "england and wales" else _AFTER_A_PLACE.sub("", match["place"])
    name = name.strip(" ,.")
    return [(name.title() if name.isupper() else name)[:MAX_VALUE]]


def day(plain: str) -> list[str]:
    """The first date, as ISO 8601."""
    return [found.isoformat() for _, found in read_dates(plain)[:1]]


def period(plain: str) -> list[str]:
    """The day that something ends, else how long it lasts; a period of notice is neither."""
    for place, found in read_dates(plain):
        if _COMING_TO_AN_END.search(plain[max(0, place - 80) : place]):
            return [f"until {found.isoformat()}"]
    return [found for place, found in read_periods(plain) if not _NOTICE.search(plain[place : place + 70])][:1]


def notice(plain: str) -> list[str]:
    """How long before something it must be said."""
    return [found for place, found in read_periods(plain) if _NOTICE.search(plain[place : place + 70])][:1]


def amount(plain: str) -> list[str]:
    """The first sum of money, with its currency, as it stands there."""
    return [match[0].strip() for match in list(_MONEY.finditer(plain))[:1]]


READ: Mapping[str, Callable[[str], list[str]]] = {
    "parties": parties,
    "law": law,
    "date": day,
    "period": period,
    "notice": notice,
    "amount": amount,
}


def _name_before(text: str) -> str:
    """A party's name out of what stands before its role, such as `between Acme, Inc., a Delaware corporation`."""
    text = text.rstrip(" ,")
    candidates = []
    for start in [0, *(match.end() for match in _NAME_STARTS.finditer(text))]:
        candidate = text[start:].lstrip(" ,:-")
        end = _NAME_ENDS.search(candidate)
        candidate = (candidate[: end.start()] if end else candidate).strip(" ,")
        if _reads_as_name(candidate):
            candidates.append(candidate)
    formed = [candidate for candidate in candidates if _FORM.search(candidate)]
    return next(iter(formed or candidates), "")[:MAX_VALUE]


def _by_form(plain: str) -> list[str]:
    names = (match[0].strip() for match in _FORM.finditer(plain))
    return list(dict.fromkeys(name for name in names if _reads_as_name(name)))[:MAX_PARTIES]


def _reads_as_name(text: str) -> bool:
    words = [word for word in re.split(r"[\s,]+", text) if word]
    small = [word for word in words if word[:1].islower() and word not in _SMALL]
    return bool(text[:1].isupper() and len(text) > 1 and len(words) <= 12 and not small and not _NO_NAME.search(text))
