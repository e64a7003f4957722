"""Retention: what is over goes, in whole batches, and the rest of the chain stands as before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.audit import purge as module
from app.audit.anchors import Anchors
from app.audit.purge import Purge, PurgeRefused, due, rules
from app.audit.seal import Seal, entries, leaf, listed
from app.config import Retention, Settings
from app.db.schema import audit
from app.db.schema_seals import audit_seals
from tests.audit.sealing import Sealed
from tests.config.test_table import GOOD

DAY_S = 86_400.0
RULES = {("crm", "access"): Retention("30d", 30 * DAY_S)}


def purged(sealed: Sealed) -> int:
    worker = Purge(sealed.database, sealed.keys, Anchors(sealed.anchors), sealed.log, lambda: sealed.now[0])
    return sum(rows for one in due(sealed.database, RULES, sealed.now[0]) for rows in worker.run(one, "Ada"))


def kept(sealed: Sealed, connection: str = "crm") -> int:
    with sealed.database.read() as conn:
        mine = (audit.c.connection == connection, audit.c.family == "access")
        return int(conn.execute(select(func.count()).where(*mine)).scalar_one())


def aged(sealed: Sealed) -> None:
    """Three batches, the last of them too young to go."""
    for record in ("Lead/1", "Lead/2", "Lead/3"):
        sealed.write(record, "Lead/x")
        sealed.write(record, connection="erp")
        sealed.seal()
        sealed.now[0] += 20 * DAY_S


def test_whole_batches_go_and_the_chain_stands(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_ROWS", 2)
    aged(sealed)
    [one] = due(sealed.database, RULES, sealed.now[0])
    assert (one.rows, one.number, one.last) == (4, 1, 2)
    assert kept(sealed) == 6  # it was only asked
    assert purged(sealed) == 4
    assert (kept(sealed), kept(sealed, "erp")) == (2, 3)
    report = sealed.verify()
    assert (report.ok, report.purged) == (True, 4)
    sealed.write("Lead/4")
    sealed.seal()
    assert sealed.verify().ok
    assert purged(sealed) == 0


def test_what_is_purged_is_audited(sealed: Sealed) -> None:
    aged(sealed)
    purged(sealed)
    with sealed.database.read() as conn:
        query = select(audit.c.connection, audit.c.detail).where(audit.c.event == "audit.purged")
        [(connection, detail)] = conn.execute(query).all()
    assert connection == "crm"
    assert '"rows": 4' in detail
    assert '"rule": "30d"' in detail


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM audit_tombstones", "tombstone-removed"),
        ("UPDATE audit_tombstones SET body = replace(body, '30d', '90d')", "tombstone-forged"),
        ("INSERT INTO audit (seq, at, event, family, connection) VALUES (1, 9, 'x.y', 'access', 'crm')", "inserted"),
    ],
)
def test_a_tombstone_covers_what_was_purged_and_nothing_else(sealed: Sealed, statement: str, kind: str) -> None:
    aged(sealed)
    purged(sealed)
    sealed.do(statement)
    assert kind in {each.kind for each in sealed.verify().findings}


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit WHERE seq = 2", "UPDATE audit SET viewer = 'bob' WHERE seq = 2"]
)
def test_what_was_tampered_with_is_not_purged_away(sealed: Sealed, statement: str) -> None:
    aged(sealed)
    sealed.do(statement)
    before = kept(sealed)
    with pytest.raises(PurgeRefused):
        purged(sealed)
    assert kept(sealed) == before


@pytest.mark.parametrize("what", ["body", "listing"])
def test_no_tombstone_is_signed_on_the_word_of_a_seal_that_was_forged(sealed: Sealed, what: str) -> None:
    """Whoever writes in the database could otherwise have us purge what is not due, or what they changed, and put the
    seal back as it was: nothing would show it."""
    aged(sealed)
    with sealed.database.read() as conn:
        mine = select(audit_seals).where(audit_seals.c.connection == "crm", audit_seals.c.number == 3)
        row = conn.execute(mine).one()
    before = kept(sealed)
    if what == "body":
        body, listing = replace(Seal.read(row.body), newest=0.0).body(), row.listing
    else:
        sealed.now[0] += 20 * DAY_S
        changed = dict(entries(row.listing))
        seq = min(changed)
        sealed.do("UPDATE audit SET viewer = 'bob' WHERE seq = :seq", seq=seq)
        with sealed.database.read() as conn:
            now = conn.execute(select(audit).where(audit.c.seq == seq)).one()
        body, listing = row.body, listed([(at, leaf(now) if at == seq else said) for at, said in changed.items()])
    sealed.do(
        "UPDATE audit_seals SET body = :body, listing = :listing WHERE connection = 'crm' AND number = 3",
        body=body, listing=listing,
    )  # fmt: skip
    with pytest.raises(PurgeRefused):
        purged(sealed)
    assert kept(sealed) == before


def test_a_legal_hold_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_KEY", "k" * 40)
    settings = Settings.parse(f'{GOOD}retention = {{ decision = "sox" }}\n[store]\nretention = {{ admin = "400d" }}\n')
    assert {chain: each.rule for chain, each in rules(settings).items()} == {
        ("crm", "decision"): "sox", ("", "admin"): "400d",
    }  # fmt: skip
    held = replace(settings.connections["crm"], legal_hold=True)
    assert rules(replace(settings, connections={"crm": held})).keys() == {("", "admin")}
