"""Signs a guest launch as the application's backend would, where it shares a key with us."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from joserfc import jws
from joserfc.jwk import OctKey

from app.config import ConnectionSettings
from app.errors import ConfigError, Problem
from app.hosts.guest.launch import MAX_LIFE_S
from app.launch import Record


def sign(
    connection: ConnectionSettings,
    viewer: str,
    records: Sequence[Record],
    component: str,
    origin: str,
    kid: str,
    now: float,
) -> str:
    """A token that this connection takes, once, for five minutes. Raises ConfigError without a shared key."""
    where = f"[connections.{connection.name}]"
    if "HS256" not in connection.algorithms or not connection.shared_keys:
        mend = 'Add "HS256" to algorithms and shared_keys = { kid = "env:NAME" }, or let your backend sign.'
        raise ConfigError([Problem(where, "has no shared key to sign with.", mend)])
    kid = kid or next(iter(connection.shared_keys))
    if kid not in connection.shared_keys:
        known = ", ".join(connection.shared_keys)
        raise ConfigError([Problem(where, f"has no shared key {kid!r}.", f"Use one of: {known}.")])
    names = [str(record) for record in records]
    claims = {
        "iss": connection.issuer,
        "aud": connection.audience,
        "sub": viewer,
        "origin": origin,
        "component": component,
        "record": names[0] if len(names) == 1 else names,
        "jti": secrets.token_urlsafe(12),
        "iat": int(now),
        "exp": int(now + MAX_LIFE_S),
    }
    header = {"alg": "HS256", "kid": kid, "typ": "JWT"}
    key = OctKey.import_key(connection.shared_keys[kid].reveal_bytes())
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=["HS256"])
