"""The clients of all configured cores, each by what it speaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from app.config import CapabilitySettings, CoreSettings, Settings
from app.core import maps
from app.core.analyst import Analyst
from app.core.client import CoreClient
from app.core.credentials import authenticated, own_door
from app.core.mapped import MappedClient
from app.core.mapped_analyst import MappedAnalyst
from app.metrics import Metrics
from app.net.door import Caller, Door


class Cores(dict[str, CoreClient]):
    """By their names. `close` ends the doors that some of them have of their own."""

    def __init__(
        self, settings: Settings, door: Door, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises ConfigError."""
        super().__init__()
        maps.checked(settings)
        self._doors: list[Door] = []
        for name, core in settings.cores.items():
            own = own_door(core, settings.server.allow_private, metrics)
            if own is not None:
                self._doors.append(own)
            self[name] = client(core, settings.capabilities, authenticated(core, own or door, clock), metrics)

    def close(self) -> None:
        """Give the connections of all doors back."""
        for door in self._doors:
            door.close()


def client(
    core: CoreSettings, capabilities: Mapping[str, CapabilitySettings], caller: Caller, metrics: Metrics
) -> CoreClient:
    """The client of one core; `caller` shows it who we are."""
    if core.is_mapped:
        return MappedClient(core, caller, metrics, capabilities=capabilities)
    return CoreClient(core, caller, metrics)


def analyst(client: CoreClient) -> Analyst:
    """Who asks this core for analyses."""
    return MappedAnalyst(client) if isinstance(client, MappedClient) else Analyst(client)
