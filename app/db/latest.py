"""The epoch of each thing's last announcement, as one process remembers it: bounded, and never younger than it was."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)


class Latest(Generic[Place]):
    """When each place last changed. One thread tells it (that which reads the epochs), all may ask.

    What we cannot know counts as changed: all that is from before `floor`, which is where we began to listen, and the
    places that were forgotten because there were too many.
    """

    def __init__(self, most: int, floor: int = 0) -> None:
        self._most, self.floor = most, floor
        self._at: OrderedDict[Place, int] = OrderedDict()  # the longest unchanged first

    def of(self, place: Place) -> int:
        """The epoch of its last change, or a later one. Costs no lock."""
        at = self._at.get(place) if self._at else None
        return self.floor if at is None else at

    def changed(self, place: Place, epoch: int) -> None:
        """It changed in this epoch, which is the newest."""
        self._at[place] = epoch  # in the old one's place: who asks meanwhile has no lock, and must not find the floor
        self._at.move_to_end(place)
        if len(self._at) > self._most:
            longest = next(iter(self._at))
            self.floor = max(self.floor, self._at[longest])  # first the floor, for the same reason
            del self._at[longest]

    def all_changed(self, epoch: int) -> None:
        """All places did, whether they are known or not."""
        self.floor = epoch
        self._at.clear()
