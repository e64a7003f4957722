"""Seals as lines of JSON, for another system to keep: with them alone it is told whether a chain was made again."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from sqlalchemy import select, tuple_

from app.audit.seal import Signer, hashed, spelled
from app.audit.trust import believed
from app.db import Database
from app.db.schema_seals import audit_seals, audit_tombstones

_PAGE = 500


def lines(database: Database, signer: Signer, *, keys: bool = True) -> Iterator[str]:
    """The public keys, then the tombstones, then each chain's seals in order. Raises StoreUnavailable."""
    with database.read() as conn:
        known = believed(conn, signer) if keys else {}
        tombstones = conn.execute(select(audit_tombstones)).all()
    for kid, public in known.items():
        yield spelled({"kind": "key", "kid": kid, "algorithm": "Ed25519", "public": base64.b64encode(public).decode()})
    for row in tombstones:
        yield _line("tombstone", row.body, row.kid, row.signature)
    c, after = audit_seals.c, ("", "", 0)
    while True:
        key = (c.connection, c.family, c.number)
        query = select(*key, c.body, c.kid, c.signature).where(tuple_(*key) > after).order_by(*key).limit(_PAGE)
        with database.read() as conn:
            page = conn.execute(query).all()
        for row in page:
            yield _line("seal", row.body, row.kid, row.signature)
        if not page:
            return
        after = (page[-1].connection, page[-1].family, page[-1].number)


def _line(kind: str, body: str, kid: str, signature: str) -> str:
    """`signature` is Ed25519 over the bytes of `body`, in base64."""
    return spelled({"kind": kind, "body": body, "sha256": hashed(body), "kid": kid, "signature": signature})
