"""Where each connection's data is, and where the keys to it are."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import make_url

from app.config import ConnectionSettings, Settings
from app.db import Database
from app.errors import StoreUnavailable
from app.health.findings import Finding
from app.keys.store import KeyStore


def residences(settings: Settings) -> Iterator[Finding]:
    """One line for each connection."""
    return (residence(settings, each) for each in settings.connections.values())


def residence(settings: Settings, connection: ConnectionSettings) -> Finding:
    """What does not agree is refused with the configuration, so here is only what is so."""
    where, homes = f"connection {connection.name}", settings.homes(connection)
    places = ", ".join(homes)
    if not connection.region:
        what = f"nothing says in which region its data is ({places})."
        return Finding("note", where, what, "Set region for all of them, if it has to stay somewhere.")
    return Finding("ok", where, f"its data is in {connection.region}: {places}.")


def key_store(settings: Settings) -> Iterator[Finding]:
    """Whether the key store answers, and is not where the backups of the main database come from."""
    main, keys = make_url(settings.store.url), make_url(settings.store.keys_url)
    if not Database.exists(settings.store.keys_url):
        yield Finding("note", "key store", "is not there yet.", "The first score makes it, or: inlay db upgrade")
        return
    store = KeyStore(Database(settings.store.keys_url))
    try:
        _, destroyed = store.counts()
    except StoreUnavailable as error:
        mend = "Look at [store] key_store; until then no new score can be kept."
        yield Finding("problem", "key store", f"cannot be reached ({error.reason}).", mend)
        return
    finally:
        store.close()
    yield Finding("ok", "key store", f"answers; {destroyed} keys were destroyed by erasures.")
    if keys.get_backend_name() != "sqlite" and (main.host, main.port) == (keys.host, keys.port):
        what = "is on the server of the main database: a backup of that whole server holds the keys too."
        yield Finding("note", "key store", what, "Put it on another server, or let such backups end as soon.")
