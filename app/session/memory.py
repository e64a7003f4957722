"""What a process remembers of sessions, so that to load one costs no I/O."""

from __future__ import annotations

import hashlib
import threading

from cachetools import LRUCache, TTLCache

from app.session.bearer import TOKEN_LIFE_S, HostIdentity, Session

MOST_ENDED = 500_000  # sessions; 750 a second


class Memory:
    """Bounded; for all threads.

    `turn` is another object after any session ended before its time, as far as this process knows: while it is the
    same, what was found out of a session since it was read still holds until the session expires.
    """

    def __init__(self) -> None:
        self.turn = object()
        self._sessions: LRUCache[bytes, Session] = LRUCache(20_000)  # by the token's digest
        self._identities: LRUCache[str, HostIdentity] = LRUCache(10_000)  # those that came with a launch: they stay
        # for longer than a token lives: an answer in memory asks nobody else whether its session ended
        self._ended: TTLCache[str, bool] = TTLCache(MOST_ENDED, TOKEN_LIFE_S * 1.1)
        self._lock = threading.Lock()

    def find(self, token: str) -> Session | None:
        """The session of a token that was seen before; whether it holds still is for others to say."""
        with self._lock:
            return self._sessions.get(_digest(token))

    def keep(self, token: str, session: Session, turn: object) -> None:
        """Remember a session by its token's digest, never by the token; not if one ended since `turn` was read, for
        then it may have been this one."""
        with self._lock:
            if turn is self.turn:
                self._sessions[_digest(token)] = session

    def identity(self, session: Session) -> HostIdentity | None:
        """A viewer's token at the host, if this process has it at hand."""
        with self._lock:
            return self._identities.get(session.id)

    def keep_identity(self, session: Session, identity: HostIdentity) -> None:
        """Have it at hand."""
        with self._lock:
            self._identities[session.id] = identity

    def end(self, session_id: str) -> None:
        """It has ended; its host's token is forgotten at once."""
        with self._lock:
            self._ended[session_id] = True
            self._identities.pop(session_id, None)
            self.turn = object()

    def has_ended(self, session: Session) -> bool:
        """Whether it is known here to have ended."""
        return session.id in self._ended  # one look into a dictionary, which needs no lock

    def forget(self) -> None:
        """The database is asked again about all of them."""
        with self._lock:
            self._sessions.clear()
            self._identities.clear()
            self.turn = object()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
