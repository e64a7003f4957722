"""The twin of Redis: a shelf in memory, which can be away, and tells how often it was asked."""

from __future__ import annotations

from collections.abc import Sequence


class MemoryShelf:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.seconds: list[float] = []
        self.asked = 0
        self.away = False

    def get_many(self, names: Sequence[str]) -> list[bytes | None]:
        self.asked += 1
        return [None if self.away else self.values.get(name) for name in names]

    def put_many(self, entries: Sequence[tuple[str, bytes, float]]) -> None:
        self.asked += 1
        if not self.away:
            self.values |= {name: value for name, value, _ in entries}
            self.seconds += [seconds for _, _, seconds in entries]

    def drop(self, names: Sequence[str]) -> bool:
        for name in names if not self.away else ():
            self.values.pop(name, None)
        return not self.away

    def close(self) -> None:
        """Nothing is open."""
