"""Change notifications of a host that is subscribed to: what it tells us, and the calls that keep it telling.

A notification is a hint to look, never data: what changed is asked of the host, with the connection's own right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.config import ConnectionSettings
from app.launch import Record

if TYPE_CHECKING:
    from app.hosts._host import Call


class NoticeKind(StrEnum):
    """What a notification says of its subscription."""

    CHANGED = "changed"
    MISSED = "missed"  # some were not delivered
    RENEW = "renew"  # it will not be served much longer unless it is renewed
    REMOVED = "removed"  # it is not served any more


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification, not yet believed: whoever sent it must know the subscription's secret."""

    subscription: str
    state: str = field(repr=False)
    tenant: str
    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription as the host keeps it, until a second since the epoch."""

    id: str
    ends_at: float


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed in a library since a link, and the link to go on from. `more`: there is another page already."""

    records: tuple[Record, ...]
    link: str
    more: bool = False


class Subscribe(Protocol):
    """Have changes of a library told to an address of ours, which is asked at once whether it wants this.

    `state` is said in every notification, so that nobody else can send one. Raises HostUnavailable, SessionExpired.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        token: str,
        drive: str,
        url: str,
        state: str,
        ends_at: float,
        /,
    ) -> Subscribed: ...


class Renew(Protocol):
    """Have it told for longer; None when the host knows nothing of the subscription. Raises as Subscribe does."""

    def __call__(
        self, call: Call, connection: ConnectionSettings, token: str, subscription: str, ends_at: float, /
    ) -> Subscribed | None: ...


class End(Protocol):
    """Have it told no more; what the host knows nothing of has ended. Raises as Subscribe does."""

    def __call__(self, call: Call, connection: ConnectionSettings, token: str, subscription: str, /) -> None: ...


class ReadChanges(Protocol):
    """What changed since `link`; empty: everything that there is; None: nothing, but the link from now on."""

    def __call__(
        self, call: Call, connection: ConnectionSettings, token: str, drive: str, link: str | None, /
    ) -> Changed: ...


class ReadQuestion(Protocol):
    """The words to answer with, if this is the host's question whether an address of ours wants to be told."""

    def __call__(self, query: Mapping[str, str], /) -> str: ...


class ReadNotices(Protocol):
    """The notifications of a request's body. Raises BadRequest."""

    def __call__(self, body: bytes, /) -> list[Notice]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """How a host tells us of changes."""

    life_s: float  # the longest that a subscription may be for
    question: ReadQuestion
    read: ReadNotices
    subscribe: Subscribe
    renew: Renew
    end: End
    changes: ReadChanges
