"""What every station stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.audit.log import AuditLog
from app.config import Settings
from app.core.cores import Cores
from app.core.stored import StoredScores
from app.db import Database
from app.db.dropped_cores import dropped
from app.db.epochs import Epochs
from app.events.publishing import Announcements
from app.events.publishing.stored import AnnouncedScores
from app.keys import Keyring
from app.keys.subjects import SubjectKeys
from app.metrics import Metrics
from app.net.door import Door
from app.revisions.rollback import answering


@dataclass(frozen=True, slots=True)
class Ground:
    """What every station stands on."""

    settings: Settings
    database: Database
    epochs: Epochs
    keyring: Keyring
    subjects: SubjectKeys
    audit: AuditLog
    metrics: Metrics
    door: Door
    clock: Callable[[], float]

    def cores(self) -> Cores:
        """Raises ConfigError."""
        return Cores(self.settings, self.door, self.metrics, self.clock)

    def scores(self) -> StoredScores:
        """Without those of cores that were taken back."""
        taken_back = dropped(self.database, answering(self.settings))
        return AnnouncedScores(self.database, self.subjects, taken_back, Announcements(self.settings))
