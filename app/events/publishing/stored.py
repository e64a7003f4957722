"""Scores that are told to others as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection as DatabaseConnection

from app.core.stored import Sealed, Stored, StoredScores
from app.db import Database
from app.events.publishing import Announcements
from app.keys.subjects import Sealer


class AnnouncedScores(StoredScores):
    """What is kept is announced in the same transaction: both, or neither."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        dropped: Mapping[str, frozenset[str]],
        announcements: Announcements,
    ) -> None:
        super().__init__(database, sealer, dropped)
        self._announcements = announcements

    def save(self, conn: DatabaseConnection, new: Sequence[Stored], sealed: Sealed) -> None:
        """Keep scores, and in the same transaction what is to be told of them."""
        self._announcements.scored(conn, new)
        super().save(conn, new, sealed)
