"""API keys: shown once, kept as a digest, two at a time for each service so that it can be given a new one in peace."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from app.audit.log import AuditLog
from app.config import ConnectionSettings, Settings
from app.db import Database
from app.db.schema_api import api_keys
from app.errors import BadRequest, CallerUnknown, NotFound
from app.keys import same
from app.machines.callers.caller import Caller, May

PREFIX = "inlay_"  # scanners for leaked secrets find it by that
DAY_S = 86_400.0
LONGEST_DAYS = 730
AT_ONCE = 2
USED_STEP_S = 900.0  # how coarsely its last use is noted
_KEY = re.compile(r"inlay_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")
_SERVICE = re.compile(r"[a-z][a-z0-9_-]{0,62}")
c = api_keys.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made."""

    connection: str
    service: str
    capabilities: tuple[str, ...]
    fields: tuple[str, ...]
    may: tuple[May, ...]
    days: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that there is, as an admin sees it. Times are seconds since the epoch."""

    id: str
    connection: str
    service: str
    capabilities: tuple[str, ...]
    fields: tuple[str, ...]
    may: tuple[str, ...]
    created_at: float
    created_by: str
    expires_at: float
    revoked_at: float | None
    used_at: float | None

    def state(self, now: float) -> str:
        """valid, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


class ApiKeys:
    """All keys. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, audit: AuditLog, clock: Callable[[], float] = time.time) -> None:
        self._database, self._audit, self._clock = database, audit, clock

    def create(self, wanted: Wanted, settings: Settings, admin: str) -> tuple[ApiKey, str]:
        """A new key and its text, which is nowhere else. Raises BadRequest for what cannot be granted."""
        _check(wanted, settings)
        now, name = self._clock(), secrets.token_hex(8)
        text = f"{PREFIX}{name}_{secrets.token_urlsafe(32)}"
        row: dict[str, Any] = {
            "id": name, "connection": wanted.connection, "service": wanted.service, "digest": _digest(text),
            "capabilities": json.dumps(sorted(wanted.capabilities)), "fields": json.dumps(sorted(wanted.fields)),
            "may": json.dumps(sorted(wanted.may)), "created_at": now, "created_by": admin,
            "expires_at": now + wanted.days * DAY_S, "revoked_at": None, "used_at": None,
        }  # fmt: skip
        with self._database.begin() as conn:
            conn.execute(insert(api_keys), row)  # first: on PostgreSQL two at once see each other's only after it
            theirs = (c.connection == wanted.connection, c.service == wanted.service)
            valid = (c.revoked_at.is_(None), c.expires_at > now)
            if len(conn.execute(select(c.id).where(*theirs, *valid)).all()) > AT_ONCE:
                raise BadRequest(
                    f"{wanted.service} has {AT_ONCE} valid keys already. Revoke one first.", reason="two-keys"
                )
            facts: dict[str, Any] = {"admin": admin, "service": wanted.service, "key": name, "may": sorted(wanted.may)}
            facts |= {"capabilities": sorted(wanted.capabilities), "fields": sorted(wanted.fields)}
            facts |= {"expires_at": row["expires_at"]}
            self._audit.write("apikey.created", conn=conn, connection=wanted.connection, detail=facts)
        return _read(row), text

    def all(self, connections: Collection[str] | None = None) -> list[ApiKey]:
        """Of these connections, or of all; the newest first, those that are over too."""
        query = select(api_keys).order_by(c.created_at.desc(), c.id)
        if connections is not None:
            query = query.where(c.connection.in_(sorted(connections)))
        with self._database.read() as conn:
            return [_read(dict(row)) for row in conn.execute(query).mappings()]

    def revoke(self, name: str, connection: str, admin: str) -> ApiKey:
        """From now on it opens nothing, in any process. Raises NotFound."""
        mine = (c.id == name, c.connection == connection, c.revoked_at.is_(None))
        with self._database.begin() as conn:
            ended = update(api_keys).where(*mine).values(revoked_at=self._clock()).returning(*api_keys.c)
            row = conn.execute(ended).mappings().first()
            if row is None:
                raise NotFound("There is no such key, or it was revoked before.", reason="key-unknown")
            facts = {"admin": admin, "service": row["service"], "key": name}
            self._audit.write("apikey.revoked", conn=conn, connection=connection, detail=facts)
        return _read(dict(row))

    def load(self, text: str) -> Caller:
        """Whose key this is. Raises CallerUnknown."""
        match, now = _KEY.fullmatch(text), self._clock()
        if match is None:
            raise CallerUnknown(reason="key-malformed")
        with self._database.read() as conn:
            row = conn.execute(select(api_keys).where(c.id == match[1])).mappings().first()
        if row is None or not same(row["digest"], _digest(text)):
            raise CallerUnknown(reason="key-unknown")
        if (state := _read(dict(row)).state(now)) != "valid":
            raise CallerUnknown(reason=f"key-{state}")
        if now - (row["used_at"] or 0.0) >= USED_STEP_S:
            with self._database.begin() as conn:
                conn.execute(update(api_keys).where(c.id == match[1]).values(used_at=now))
        lists = {name: frozenset(json.loads(row[name])) for name in ("capabilities", "fields", "may")}
        may = frozenset(May(each) for each in lists["may"])
        return Caller(row["connection"], row["service"], lists["capabilities"], lists["fields"], may, match[1])


def _check(wanted: Wanted, settings: Settings) -> None:
    connection: ConnectionSettings | None = settings.connections.get(wanted.connection)
    if connection is None:
        raise BadRequest("There is no such connection.", reason="connection-unknown")
    if not _SERVICE.fullmatch(wanted.service):
        raise BadRequest("Name the service in small letters, digits, - and _, as apex or warehouse-1.", reason="name")
    scores = [each for each in connection.capabilities if settings.capabilities[each].kind == "score"]
    for name in wanted.capabilities:
        if name not in scores:
            raise BadRequest(f"This connection has no score {name}. It has: {', '.join(scores)}.", reason="capability")
    if not wanted.capabilities or not wanted.may:
        raise BadRequest("Say which capabilities, and whether it may read or import.", reason="grant-empty")
    known = {field for name in wanted.capabilities for field in settings.capabilities[name].fields}
    for field in wanted.fields:
        if field not in known:
            raise BadRequest(f"Those capabilities read no field {field}. They read: {', '.join(sorted(known))}.",
                             reason="field")  # fmt: skip
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise BadRequest(f"A key is valid for 1 to {LONGEST_DAYS} days.", reason="days")


def _read(row: dict[str, Any]) -> ApiKey:
    lists = {name: tuple(json.loads(row[name])) for name in ("capabilities", "fields", "may")}
    values: dict[str, Any] = {name: row[name] for name in ApiKey.__slots__} | lists
    return ApiKey(**values)


def _digest(text: str) -> str:
    """What is kept of a key: it is 256 random bits, so that nothing slower is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
