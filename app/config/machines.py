"""Services of a customer's that come with a token of its own issuer: what each may do, by the token's subject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config.kinds import FIELD, WORD, Kind, RefusedValueError, choice, many

_EXAMPLE = {"service": "apex", "capabilities": ["lead_score"], "may": ["read"], "fields": ["industry"]}
_KINDS = {
    "service": WORD,
    "capabilities": many(WORD, 1),
    "may": many(choice("read", "import"), 1),
    "fields": many(FIELD),
}


@dataclass(frozen=True, slots=True)
class Machine:
    """A service's grant."""

    service: str
    capabilities: tuple[str, ...]
    may: tuple[str, ...]
    fields: tuple[str, ...] = ()


def _machine(raw: Any, folder: Path) -> Machine:
    if not isinstance(raw, dict):
        raise RefusedValueError(f"{raw!r} is not a service.", f"Write it like {_EXAMPLE!r}.")
    for name in raw:
        if name not in _KINDS:
            raise RefusedValueError(f"there is no such part as {name}.", f"Known are: {', '.join(_KINDS)}.")
    for name in ("service", "capabilities", "may"):
        if name not in raw:
            raise RefusedValueError(f"{name} is not set.", f"Write it like {_EXAMPLE!r}.")
    values: dict[str, Any] = {}
    for name, each in raw.items():
        try:
            values[name] = _KINDS[name].read(each, folder)
        except RefusedValueError as wrong:
            raise RefusedValueError(f"{name}: {wrong.what}", wrong.mend, (name, *wrong.inner)) from None
    return Machine(**values)


MACHINE = Kind(_EXAMPLE, _machine)
