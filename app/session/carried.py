"""What launches carried of records, as it lies in their sessions' rows: each record's by that record's own key."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from app.keys import Keyring, SealBroken
from app.keys.subjects import Sealing, SubjectKeys
from app.launch import Launch
from app.session.bearer import Session

Features = Mapping[str, Mapping[str, Any]]  # by type/id


class Carried:
    """Seals and opens it."""

    def __init__(self, keyring: Keyring, subject_keys: SubjectKeys) -> None:
        self._keyring, self._subject_keys = keyring, subject_keys

    def seal(self, session: Session, launch: Launch) -> bytes | None:
        """None where the launch carried nothing. Call it before the transaction that opens the session: a new subject
        gets its key in a database of its own. Raises StoreUnavailable."""
        if not launch.features:
            return None
        place = _place(session)
        plain = [
            Sealing(session.connection, record, json.dumps(dict(each)).encode(), place)
            for record, each in launch.features.items()
        ]
        sealed = zip(launch.features, self._subject_keys.seal_all(plain), strict=True)
        named = {record: base64.b64encode(each).decode() for record, each in sealed}
        return self._keyring.seal(json.dumps(named).encode(), place)

    def open(self, session: Session, sealed: bytes) -> Features:
        """What was sealed; of a record that was erased since, nothing. Raises SealBroken, StoreUnavailable."""
        place, found = _place(session), {}
        for record, each in json.loads(self._keyring.open(sealed, place)).items():
            with contextlib.suppress(SealBroken):
                found[record] = json.loads(self._subject_keys.open(base64.b64decode(each), place))
        return found


def _place(session: Session) -> str:
    return f"features:{session.id}"
