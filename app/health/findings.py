"""What a look at the outside finds: one line each, with its mend; and whose clocks are not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from app.net.door import Caller, Request, Response

NETWORK_MEND = "Look at the address, the network and the certificate"
CLOCK_MAX_S = 5.0  # launches are taken within 30 s; whoever is off by five will be off by more


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. A note is worth reading; a problem keeps somebody from seeing a panel, or will."""

    level: Literal["ok", "note", "problem"]
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.level:8}{self.where}: {self.what} {self.mend}".rstrip()


class Watch:
    """The door, and a look at what each answer says the time is."""

    def __init__(self, door: Caller, clock: Callable[[], float]) -> None:
        self._door, self._clock = door, clock
        self._off: dict[str, float] = {}  # by host and port: seconds that its clock is ahead of ours

    def through(self, door: Caller) -> Watch:
        """The same look, by another door."""
        other = Watch(door, self._clock)
        other._off = self._off
        return other

    def call(self, request: Request) -> Response:
        """Ask, and see what the answer says the time is. Raises OutboundError and its kin."""
        asked = self._clock()
        response = self._door.call(request)
        said = _date(response)
        if said is not None:  # it was written between our question and its answer, and names whole seconds
            ahead = max(0.0, said - self._clock()) or min(0.0, said + 1.0 - asked)
            self._off[urlsplit(request.url).netloc] = ahead
        return response

    def clocks(self) -> Iterator[Finding]:
        """Whose clock is not ours; one line for all that agree."""
        wrong = {name: ahead for name, ahead in self._off.items() if abs(ahead) > CLOCK_MAX_S}
        for name, ahead in wrong.items():
            what = f"its clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours."
            yield Finding("problem", name, what, "Set both by NTP: a launch of another time is refused.")
        if agreed := [name for name in self._off if name not in wrong]:
            yield Finding("ok", "clocks", f"ours agrees with {', '.join(agreed)}.")


def _date(response: Response) -> float | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).replace(tzinfo=UTC).timestamp()
    except (ValueError, TypeError):
        return None
