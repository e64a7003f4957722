"""A sketch of many numbers: quantiles within one percent, a few hundred bytes, and two of them add up to one.

Numbers are counted in buckets whose bounds grow by two percent each, as DDSketch has it: a quantile is read off as the
middle of its bucket, so its relative error is one percent at most, whatever the numbers are and however many sketches
were merged. https://www.vldb.org/pvldb/vol12/p2195-masson.pdf
"""

from __future__ import annotations

import json
import math
from collections import Counter

ACCURACY = 0.01
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
LEAST = 1e-6  # a microsecond: what is shorter counts as that


class Sketch:
    """Counts by bucket. Not for several threads at once."""

    __slots__ = ("buckets",)

    def __init__(self, buckets: dict[int, int] | None = None) -> None:
        self.buckets: Counter[int] = Counter(buckets or {})

    def add(self, value: float, n: int = 1) -> None:
        """Count a number that is not negative, `n` times."""
        self.buckets[math.ceil(math.log(max(value, LEAST)) / _LOG_GAMMA)] += n

    def merge(self, other: Sketch) -> None:
        """Add another's numbers to these."""
        self.buckets.update(other.buckets)

    @property
    def count(self) -> int:
        """How many numbers were seen."""
        return self.buckets.total()

    def quantile(self, share: float) -> float | None:
        """The number that `share` (0 to 1) of all are at or below; None where there are none."""
        total = self.count
        if not total:
            return None
        rank, seen = share * (total - 1), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen > rank:
                return float(2 * _GAMMA**bucket / (_GAMMA + 1))
        raise AssertionError("the buckets hold fewer than their sum")

    def write(self) -> str:
        """As a text: buckets by their distance from the one before, each with its count."""
        flat, before = [], 0
        for bucket in sorted(self.buckets):
            flat += [bucket - before, self.buckets[bucket]]
            before = bucket
        return json.dumps(flat, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Sketch:
        """What `write` wrote."""
        flat, found, bucket = json.loads(text), {}, 0
        for distance, count in zip(flat[::2], flat[1::2], strict=True):
            bucket += distance
            found[bucket] = count
        return cls(found)
