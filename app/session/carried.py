"""What launches carried of records, as it lies in their sessions' rows: each record's by that record's own key.

Its `kind` is the column: `features` are what a core is asked with, `names` what viewers know records by.
"""

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

Rows = Mapping[str, Any]  # by type/id
Columns = Mapping[str, bytes | None]


class Carried:
    """Seals and opens it."""

    def __init__(self, keyring: Keyring, subject_keys: SubjectKeys) -> None:
        self._keyring, self._subject_keys = keyring, subject_keys

    def seal(self, session: Session, launch: Launch) -> Columns:
        """None where the launch carried nothing. Call it before the transaction that opens the session: a new subject
        gets its key in a database of its own. Raises StoreUnavailable."""
        features = {record: dict(each) for record, each in launch.features.items()}
        carried: dict[str, Rows] = {"features": features, "names": launch.names}
        return {kind: self._sealed(session, kind, rows) for kind, rows in carried.items()}

    def _sealed(self, session: Session, kind: str, carried: Rows) -> bytes | None:
        if not carried:
            return None
        place = _place(session, kind)
        plain = [
            Sealing(session.connection, record, json.dumps(each).encode(), place) for record, each in carried.items()
        ]
        sealed = zip(carried, self._subject_keys.seal_all(plain), strict=True)
        named = {record: base64.b64encode(each).decode() for record, each in sealed}
        return self._keyring.seal(json.dumps(named).encode(), place)

    def open(self, session: Session, kind: str, sealed: bytes) -> Rows:
        """What was sealed; of a record that was erased since, nothing. Raises SealBroken, StoreUnavailable."""
        place, found = _place(session, kind), {}
        for record, each in json.loads(self._keyring.open(sealed, place)).items():
            with contextlib.suppress(SealBroken):
                found[record] = json.loads(self._subject_keys.open(base64.b64decode(each), place))
        return found


def _place(session: Session, kind: str) -> str:
    return f"{kind}:{session.id}"
