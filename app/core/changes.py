"""Changes: the epoch of each record's last announced change. What is older than that is not believed."""

from __future__ import annotations

from app.core.stored import Key
from app.db.epochs import ERASED, EVERYTHING, IMPORTED, RENEWED, SCORE, Announcement, Epochs
from app.db.latest import Latest

MOST = 100_000  # records; the database keeps as many changes
OF_SCORES = frozenset({SCORE, RENEWED, ERASED, IMPORTED})


class Changes:
    """What this process heard of records that changed. For all threads.

    Whatever is remembered of a record anywhere carries the epoch as of which it was read from the database, or
    decided. It is believed only if that is not before the record's last change:

    - Epochs become visible in the order of their numbers (`app.db.epochs`). So what was read by somebody who had
      seen epoch n knows of all changes up to n; whoever takes the number before it reads is on the safe side.
    - Nothing has to be deleted anywhere when a record changes, so nothing can be missed: neither by a memory that
      is away at that moment and back later, nor by a slow writer that puts an old value after the change.
    - What we cannot know counts as changed (`app.db.latest`).

    Fails closed: while the epochs cannot be read nothing newer than the last one seen is believed either (`knows`).
    """

    def __init__(self, epochs: Epochs, most: int = MOST, kinds: frozenset[str] = OF_SCORES) -> None:
        """`kinds` of announcements say that what is remembered of a record is another now."""
        self._epochs, self._kinds = epochs, kinds
        self._of: Latest[tuple[str, str]] = Latest(most)  # connection, record
        self._imported: dict[tuple[str, str], int] = {}  # connection, capability
        epochs.subscribe(self._hear)
        self._of.floor = epochs.current()

    @property
    def now(self) -> int:
        """The epoch of what is read from now on. Costs a clock reading, seldom a look into the database."""
        return self._epochs.current()

    def since(self, key: Key) -> int:
        """The epoch from which on something remembered of this key is believed."""
        since = self._of.of((key.connection, str(key.record)))
        return max(since, self._imported.get((key.connection, key.capability), 0)) if self._imported else since

    def knows(self, epoch: int) -> bool:
        """Whether we have heard of all changes up to this epoch. If not, we may not judge what is from then."""
        return epoch <= self._epochs.current() or epoch <= self._epochs.look()

    def _hear(self, announced: Announcement) -> None:
        if announced.kind == EVERYTHING:
            self._of.all_changed(announced.epoch)
            self._imported.clear()
        elif announced.kind not in self._kinds:
            return
        elif announced.kind == IMPORTED:
            self._imported[announced.connection, announced.key] = announced.epoch
        else:
            self._of.changed((announced.connection, announced.key), announced.epoch)
