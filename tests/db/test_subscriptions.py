"""Subscriptions: one for each library, on both databases."""

from __future__ import annotations

from dataclasses import replace

from app.db import Database
from app.db.subscriptions import Subscription, Subscriptions

ONE = Subscription("acme", "b!one", "sub-1", "digest", 1_000.0, "link-1")


def test_a_library_has_one_and_keeps_its_link(database: Database) -> None:
    kept = Subscriptions(database)
    with database.begin() as conn:
        kept.put(conn, ONE)
        kept.put(conn, replace(ONE, id="sub-2"))
        kept.put(conn, replace(ONE, connection="other"))
        kept.follow(conn, "acme", "b!one", "link-2")
    assert kept.of("acme") == {"b!one": replace(ONE, id="sub-2", link="link-2")}
    with database.begin() as conn:
        kept.lose(conn, "acme", "b!one")
    assert kept.of("acme") == {"b!one": replace(ONE, id="", ends_at=0.0, link="link-2")}
    with database.begin() as conn:
        kept.drop(conn, "acme", "b!one")
    assert (kept.of("acme"), len(kept.of("other"))) == ({}, 1)
