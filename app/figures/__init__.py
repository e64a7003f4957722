"""Figures: how it goes and who uses it, summed over all processes, for the dashboard.

Beside the road: what is counted here is kept in memory and written every few seconds by a thread of its own. It fails
open: while the database is away it is kept a while, then forgotten, and nobody waits for it.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from app.errors import StoreUnavailable
from app.figures.measured import MEASURED, measured
from app.figures.names import LAUNCHES
from app.figures.sketch import Sketch
from app.figures.stored import Figure, StoredFigures
from app.metrics import Metrics

FLUSH_S = 10.0
PRUNE_EACH = 360  # flushes: an hour
MOST_KEYS = 20_000  # that wait to be written; what is beyond them while the database is away is forgotten

_Key = tuple[str, str, str]  # connection, component, name


class Figures:
    """Counts beside the road. For all threads; a count costs a microsecond and no I/O."""

    def __init__(self, stored: StoredFigures, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self.stored = stored
        self._metrics, self._clock = metrics, clock
        self._counts: dict[_Key, int] = defaultdict(int)
        self._sketches: dict[_Key, Sketch] = {}
        self._viewers: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="figures", daemon=True)

    def count(self, connection: str, component: str, name: str, n: int = 1) -> None:
        """Something happened `n` times; the names are listed in `app/figures/names.py`."""
        with self._lock:
            if len(self._counts) < MOST_KEYS:
                self._counts[connection, component, name] += n

    def observe(self, connection: str, component: str, name: str, seconds: float) -> None:
        """Something took that long."""
        key = (connection, component, name)
        with self._lock:
            sketch = self._sketches.get(key)
            if sketch is None:
                if len(self._sketches) >= MOST_KEYS:
                    return
                sketch = self._sketches[key] = Sketch()
            sketch.add(seconds)

    def launched(self, connection: str, component: str, viewer: str) -> None:
        """A viewer opened a session."""
        self.count(connection, component, LAUNCHES)
        with self._lock:
            if len(self._viewers) < MOST_KEYS:
                self._viewers.add((connection, viewer))

    def start(self) -> None:
        """Begin to write counts down, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Write what is left; wait a little for it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def flush(self) -> None:
        """Write what was counted until now. What cannot be written is kept for the next time."""
        for each in measured(self._metrics.growth(MEASURED)):
            self.count(each.connection, each.component, each.name, each.count)
        with self._lock:
            counts, self._counts = self._counts, defaultdict(int)
            sketches, self._sketches = self._sketches, {}
            viewers, self._viewers = self._viewers, set()
        rows = [Figure(*key, count=count) for key, count in counts.items()]
        rows += [Figure(*key, count=sketch.count, sketch=sketch) for key, sketch in sketches.items()]
        try:
            self.stored.add(rows, viewers, self._clock())
        except StoreUnavailable:
            self._metrics.count("figure_failures")
            self._keep(counts, sketches, viewers)

    def _keep(self, counts: dict[_Key, int], sketches: dict[_Key, Sketch], viewers: set[tuple[str, str]]) -> None:
        for key, count in counts.items():
            self.count(*key, n=count)
        with self._lock:
            for key, sketch in sketches.items():
                if key in self._sketches:
                    self._sketches[key].merge(sketch)
                elif len(self._sketches) < MOST_KEYS:
                    self._sketches[key] = sketch
            self._viewers |= viewers

    def _run(self) -> None:
        flushes = itertools.cycle(range(PRUNE_EACH))
        while not self._stopped.wait(FLUSH_S):
            self.flush()
            if next(flushes) == 0:
                self.prune()
        self.flush()

    def prune(self) -> None:
        """Forget what is kept no longer; the next time will do as well."""
        with suppress(StoreUnavailable):
            self.stored.prune(self._clock())
