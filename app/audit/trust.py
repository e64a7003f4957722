"""Whose seals are believed: our keys', and those that a believed key vouches for.

While the secrets change, the newest key says of the others that they were ours. So a seal stays believed when its
secret has left the configuration, and nobody without a secret of ours can add a key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from sqlalchemy import Connection, select

from app.audit.seal import Signer, is_signed, signature, spelled
from app.db.insert_new import insert_all_new
from app.db.schema_seals import audit_keys


def vouch(conn: Connection, signer: Signer) -> None:
    """The newest key vouches for the others. What is there already stays."""
    rows = [
        {
            "kid": kid,
            "vouched_by": signer.kid,
            "public": _written(public),
            "signature": signature(signer, _said(kid, public)),
        }
        for kid, public in signer.publics.items()
    ]
    insert_all_new(conn, audit_keys, rows, ("kid", "vouched_by"))


def believed(conn: Connection, signer: Signer) -> Mapping[str, bytes]:
    """Public keys by their names."""
    known, rows = dict(signer.publics), conn.execute(select(audit_keys)).all()
    while True:
        fresh = {}
        for row in rows:
            public = _public(row.public)
            said = _said(row.kid, public)
            mine = row.kid not in known and row.kid == signer.name(public)
            if mine and is_signed(signer, known.get(row.vouched_by), said, row.signature):
                fresh[row.kid] = public
        if not fresh:
            return known
        known |= fresh


def _said(kid: str, public: bytes) -> str:
    return spelled({"key": 1, "kid": kid, "public": _written(public)})


def _written(public: bytes) -> str:
    return base64.b64encode(public).decode()


def _public(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except ValueError:
        return b""
