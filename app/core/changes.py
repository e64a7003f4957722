"""Changes: the epoch of each record's last announced change. What is older than that is not believed."""

from __future__ import annotations

from app.core.stored import Key
from app.db.epochs import ERASED, EVERYTHING, IMPORTED, Announcement, Epochs

MOST = 100_000  # records; the database keeps as many changes
OF_SCORES = frozenset({"score", ERASED, IMPORTED})


class Changes:
    """What this process heard of records that changed. For all threads.

    Whatever is remembered of a record anywhere carries the epoch as of which it was read from the database, or
    decided. It is believed only if that is not before the record's last change:

    - Epochs become visible in the order of their numbers (`app.db.epochs`). So what was read by somebody who had
      seen epoch n knows of all changes up to n; whoever takes the number before it reads is on the safe side.
    - Nothing has to be deleted anywhere when a record changes, so nothing can be missed: neither by a memory that
      is away at that moment and back later, nor by a slow writer that puts an old value after the change.
    - What we cannot know counts as changed: all that is from before this process began to listen, and the changes
      that were forgotten because there were too many.

    Fails closed: while the epochs cannot be read nothing newer than the last one seen is believed either (`knows`).
    """

    def __init__(self, epochs: Epochs, most: int = MOST, kinds: frozenset[str] = OF_SCORES) -> None:
        """`kinds` of announcements say that what is remembered of a record is another now."""
        self._epochs, self._most, self._kinds = epochs, most, kinds
        self._at: dict[tuple[str, str], int] = {}  # connection, record; the longest unchanged first
        self._imported: dict[tuple[str, str], int] = {}  # connection, capability
        epochs.subscribe(self._hear)
        self._floor = epochs.current()

    @property
    def now(self) -> int:
        """The epoch of what is read from now on. Costs a clock reading, seldom a look into the database."""
        return self._epochs.current()

    def since(self, key: Key) -> int:
        """The epoch from which on something remembered of this key is believed."""
        at = self._at.get((key.connection, str(key.record))) if self._at else None
        since = self._floor if at is None else at
        return max(since, self._imported.get((key.connection, key.capability), 0)) if self._imported else since

    def knows(self, epoch: int) -> bool:
        """Whether we have heard of all changes up to this epoch. If not, we may not judge what is from then."""
        return epoch <= self._epochs.current() or epoch <= self._epochs.look()

    def _hear(self, announced: Announcement) -> None:
        if announced.kind == EVERYTHING:
            self._floor = announced.epoch
            self._at.clear()
            self._imported.clear()
        elif announced.kind not in self._kinds:
            return
        elif announced.kind == IMPORTED:
            self._imported[announced.connection, announced.key] = announced.epoch
        else:
            place = announced.connection, announced.key
            self._at.pop(place, None)
            if len(self._at) >= self._most:
                longest = next(iter(self._at))
                self._floor = max(self._floor, self._at[longest])  # first the floor: `since` asks without a lock
                del self._at[longest]
            self._at[place] = announced.epoch
