"""A thread that works until it is stopped: what fails is begun anew, later each time."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from app.errors import InlayError

FIRST_S, MOST_S = 0.5, 15.0
SOUND_S = 5.0  # what went so long without a failure begins its pauses anew

_log = logging.getLogger("inlay")


class Loop:
    """`work` runs until it returns or raises; `failed` hears what of ours it raised; `end` is called after each time,
    whatever came of it, and must not raise."""

    def __init__(
        self,
        name: str,
        work: Callable[[threading.Event], None],
        failed: Callable[[InlayError], None],
        end: Callable[[], None],
    ) -> None:
        self._name, self._work, self._failed, self._end = name, work, failed, end
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self, within_s: float) -> bool:
        """Finish what is at hand, and begin no more; whether that was done in time."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            begun, why = time.monotonic(), ""
            try:
                self._work(self._stopped)
            except InlayError as error:
                why = error.reason
                self._failed(error)
            except Exception as error:  # noqa: BLE001 a bug must not end it; no message: it may hold records
                why = type(error).__name__
            finally:
                self._end()
            if not why:
                continue
            failures = 1 if time.monotonic() - begun > SOUND_S else failures + 1
            if failures == 1:
                _log.error("%s: %s. It is tried again until it works.", self._name, why)
            pause_s = min(MOST_S, FIRST_S * 2 ** min(failures - 1, 10))
            self._stopped.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 no secret
