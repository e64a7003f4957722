"""Whether the services that the demo is made of are up; asked beside the pages, never in their way."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

_FRESH_S = 2.0
_TIMEOUT_S = 1.0


class Health:
    """The last known state per service, refreshed by one background look at a time."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = dict(urls)
        self._up: dict[str, bool] = {}
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False

    def last(self, service: str) -> bool:
        """What is known now, hoping for the best before the first look. Never waits."""
        known = self._up.get(service, True)
        if time.monotonic() - self._looked_at > _FRESH_S:
            threading.Thread(target=self.look, daemon=True).start()
        return known

    def look(self) -> dict[str, bool]:
        """Ask every service, unless somebody has just done so."""
        with self._lock:
            if time.monotonic() - self._looked_at > _FRESH_S:
                self._up = {name: self._answers(url) for name, url in self._urls.items()}
                self._looked_at = time.monotonic()
            return dict(self._up)

    def get_json(self, url: str) -> Any:
        """A small JSON document of a service; None when it does not answer."""
        try:
            answer = self._http.get(url, timeout=_TIMEOUT_S)
            return answer.json() if answer.ok else None
        except (requests.RequestException, ValueError):
            return None

    def _answers(self, url: str) -> bool:
        try:
            return self._http.get(url, timeout=_TIMEOUT_S).ok
        except requests.RequestException:
            return False
