"""Who administers: a link that lets one in once, the session that it opens, and what each role may do.

A cookie names the session, since an admin's pages are nobody's but ours; of it, and of a link's code, the database
knows the digest only. A session is for eight hours and nothing prolongs it; whoever signed in through a provider may
what the configuration of now gives them, and nothing once it names them no more.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select

from app.audit.log import AuditLog
from app.config import AdminSettings
from app.db import Database
from app.db.schema_admin import admin_links, admin_sessions
from app.errors import SessionExpired, SessionInvalid, SignInOver

LINK_S = 900.0
SESSION_S = 8 * 3600.0
LINK, ONE_CLICK = "link", "one-click"  # how one comes in, beside a provider


class Role(StrEnum):
    """What an admin is here for."""

    OPERATOR = "operator"  # runs this deployment
    CONNECTION_ADMIN = "connection-admin"  # looks after some connections, or all
    AUDITOR = "auditor"  # reads what was shown to whom, and changes nothing
    DESIGNER = "designer"  # sees components, and nobody's data


class Act(StrEnum):
    """What an admin may do."""

    WATCH = "watch"  # see how connections are, and who uses them
    CHANGE = "change"  # what is theirs to look after
    OPERATE = "operate"  # the whole deployment: its configuration, secrets, jobs, alerts, which connections there are
    AUDIT = "audit"  # read what viewers saw
    DESIGN = "design"


_MAY = {
    Role.OPERATOR: frozenset(Act),
    Role.CONNECTION_ADMIN: frozenset({Act.WATCH, Act.CHANGE}),
    Role.AUDITOR: frozenset({Act.WATCH, Act.AUDIT}),
    Role.DESIGNER: frozenset({Act.DESIGN}),
}


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody who is signed in here. `proof` must come with every form: another site's page cannot know it."""

    name: str
    role: Role
    connections: frozenset[str] = frozenset()  # the only ones; empty stands for all
    proof: str = field(default="", repr=False)

    def may(self, act: Act, connection: str = "") -> bool:
        """Whether this may be done to a connection; without a name, to the deployment, which is everybody's."""
        return act in _MAY[self.role] and (not self.connections or connection in self.connections)

    def may_somewhere(self, act: Act) -> bool:
        """Whether there can be a connection to which it may be done."""
        return act in _MAY[self.role]


class Admins:
    """Links and sessions of admins. Every method raises StoreUnavailable."""

    def __init__(
        self, database: Database, audit: AuditLog, clock: Callable[[], float], settings: AdminSettings | None = None
    ) -> None:
        """`settings` are those of now; without them nobody is let in but by a link."""
        self._database, self._audit, self._clock = database, audit, clock
        self._settings = settings or AdminSettings()

    def link(self, name: str, role: Role, connections: Iterable[str] = ()) -> str:
        """A code that lets `name` in once, within a quarter of an hour."""
        code, now = secrets.token_urlsafe(32), self._clock()
        row = {"id": _digest("link", code), "expires_at": now + LINK_S, **_who(name, role, connections)}
        with self._database.begin() as conn:
            conn.execute(delete(admin_links).where(admin_links.c.expires_at < now))
            conn.execute(insert(admin_links).values(row))
            self._audit.write("admin.linked", conn=conn, detail={"admin": name, "role": role})
        return code

    def enter(self, code: str) -> str:
        """The cookie's value for a link's code, which is used up. Raises SignInOver."""
        used = delete(admin_links).where(admin_links.c.id == _digest("link", code)).returning(*admin_links.c)
        with self._database.begin() as conn:
            row = conn.execute(used).first()
        if row is None:
            raise SignInOver("This link was used before, or never was one. Make a new one.", reason="link-unknown")
        if self._clock() >= row.expires_at:
            raise SignInOver("This link is too old. Make a new one.", reason="link-expired")
        return self.open(row.name, Role(row.role), json.loads(row.connections), how=LINK)

    def open(self, name: str, role: Role, connections: Iterable[str], how: str, subject: str = "") -> str:
        """The cookie's value for somebody who proved who they are; `how` goes into the audit.

        `subject` is what the provider calls them who signed in through one.
        """
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {"id": _digest("session", token), "opened_at": now, "ends_at": now + SESSION_S}
        row |= {"how": how, "subject": subject or None}
        with self._database.begin() as conn:
            conn.execute(delete(admin_sessions).where(admin_sessions.c.ends_at < now))
            conn.execute(insert(admin_sessions).values(row | _who(name, role, connections)))
            self._audit.write("admin.entered", conn=conn, detail={"admin": name, "role": role, "how": how})
        return token

    def load(self, token: str) -> Admin:
        """Who this cookie's value names. Raises SessionInvalid, SessionExpired."""
        if not token:
            raise SessionInvalid(reason="admin-unknown")
        with self._database.read() as conn:
            query = select(admin_sessions).where(admin_sessions.c.id == _digest("session", token))
            row = conn.execute(query).first()
        if row is None or self._clock() >= row.ends_at:
            raise SessionExpired(reason="admin-session-over")
        role, connections = self._holding(row)
        return Admin(row.name, Role(role), frozenset(connections), _digest("proof", token))

    def leave(self, token: str) -> None:
        """The session is over, here and in every process."""
        with self._database.begin() as conn:
            over = delete(admin_sessions).where(admin_sessions.c.id == _digest("session", token))
            row = conn.execute(over.returning(admin_sessions.c.name)).first()
            if row is not None:
                self._audit.write("admin.left", conn=conn, detail={"admin": row.name})

    def end(self, name: str = "") -> tuple[int, int]:
        """Whoever is called so is let in no more by a session or a link of before; without a name, whoever it is. How
        many sessions and links that were."""
        with self._database.begin() as conn:
            found = []
            for table in (admin_sessions, admin_links):
                gone = delete(table).where(table.c.name == name) if name else delete(table)
                found.append(list(conn.execute(gone.returning(table.c.name)).scalars()))
            for each in sorted({*found[0], *found[1]}):
                self._audit.write("admin.left", conn=conn, detail={"admin": each, "how": "ended"})
        return len(found[0]), len(found[1])

    def _holding(self, row: Any) -> tuple[str, Iterable[str]]:
        """What this session's admin may by now. Raises SessionExpired for whom the configuration lets in no more."""
        known = self._settings
        if row.subject:
            if row.how != known.sign_in or row.subject not in known.roles:
                raise SessionExpired(reason="admin-role-gone")
            return known.roles[row.subject], known.only.get(row.subject, ())
        if row.how == ONE_CLICK and not known.one_click:
            raise SessionExpired(reason="admin-role-gone")
        return row.role, json.loads(row.connections)


def _who(name: str, role: Role, connections: Iterable[str]) -> dict[str, str]:
    return {"name": name, "role": role, "connections": json.dumps(sorted(connections))}


def _digest(purpose: str, code: str) -> str:
    return hashlib.sha256(f"{purpose} {code}".encode("utf-8", "surrogatepass")).hexdigest()
