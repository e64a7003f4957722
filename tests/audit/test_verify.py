"""Tampering shows: whatever is done to sealed rows or to their seals, the place is named. On both databases."""

from __future__ import annotations

import sqlite3

import pytest

from app.keys import SealKeys
from tests.audit.sealing import OTHER, SECRET, Sealed

# what is done behind the log's back to rows 1 to 5 (permission.refused) and 6 (admin.left) -> what is said of which
TAMPERED = {
    "a value": ("UPDATE audit SET viewer = 'bob' WHERE seq = 3", ("changed", 3)),
    "a time": ("UPDATE audit SET at = at + 0.001 WHERE seq = 3", ("changed", 3)),
    "a value taken away": ("UPDATE audit SET detail = NULL, reason = NULL WHERE seq = 1", ("changed", 1)),
    "moved to another connection": ("UPDATE audit SET connection = 'erp' WHERE seq = 2", ("changed", 2)),
    "a row deleted": ("DELETE FROM audit WHERE seq = 4", ("removed", 4)),
    "the last row deleted": ("DELETE FROM audit WHERE seq = 6", ("removed", 6)),
    "all rows deleted": ("DELETE FROM audit", ("removed", 1)),
    "a row put in": (
        "INSERT INTO audit (seq, at, event, family, connection) VALUES (0, 1, 'view.shown', 'decision', 'crm')",
        ("inserted", 0),
    ),
    "a row renumbered": ("UPDATE audit SET seq = 0 WHERE seq = 4", ("reordered", 0)),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_done_to_a_row_is_named(sealed: Sealed, what: str) -> None:
    sealed.write("Lead/1", "Lead/2", "Lead/3", "Lead/4", "Lead/5")
    sealed.seal()
    statement, (kind, row) = TAMPERED[what]
    sealed.do(statement)
    report = sealed.verify()
    assert not report.ok
    assert report.first is not None
    assert (report.first.kind, report.first.row) == (kind, row)


def test_two_rows_that_changed_places_are_called_so(sealed: Sealed) -> None:
    sealed.write("Lead/1", "Lead/2", "Lead/3")
    sealed.seal()
    for old, new in ((1, 99), (3, 1), (99, 3)):
        sealed.do("UPDATE audit SET seq = :new WHERE seq = :old", old=old, new=new)
    report = sealed.verify()
    assert [(each.kind, each.row) for each in report.findings] == [("reordered", 1), ("reordered", 3)]
    assert "holds what was sealed as row 3" in report.findings[0].what


def test_a_sealer_that_was_moved_on_so_that_it_seals_nothing_more_shows(sealed: Sealed) -> None:
    """All that comes after could be changed, and would only be called new."""
    sealed.write("Lead/1")
    sealed.seal()
    assert sealed.verify(anchors=False).ok
    sealed.do("UPDATE audit_sealer SET through = 1000000")
    sealed.write("Lead/2")
    sealed.seal()
    report = sealed.verify()
    assert (report.ok, [each.kind for each in report.findings]) == (False, ["sealer-moved"])
    assert not sealed.verify("crm").ok


def test_what_stands_is_counted_and_what_is_not_sealed_yet_too(sealed: Sealed) -> None:
    sealed.write("Lead/1", "Lead/2")
    sealed.seal()
    sealed.write("Lead/3")
    report = sealed.verify()
    assert report.ok
    assert (report.rows, report.seals, report.chains, report.unsealed) == (3, 2, 2, 2)
    of_one = sealed.verify("crm")
    assert (of_one.ok, of_one.rows, of_one.chains, of_one.unsealed) == (True, 2, 1, 1)


def test_one_connection_s_trouble_is_not_another_s(sealed: Sealed) -> None:
    sealed.write("Lead/1")
    sealed.write("Lead/1", connection="erp")
    sealed.seal()
    sealed.do("UPDATE audit SET viewer = 'bob' WHERE connection = 'erp'")
    assert sealed.verify("crm").ok
    assert not sealed.verify("erp").ok


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM audit_seals WHERE family = 'access' AND number = 2", "seal-removed"),
        ("DELETE FROM audit_seals WHERE number = 3", "seal-removed"),
        ("DELETE FROM audit_seals WHERE family = 'access'", "seal-removed"),
        ("UPDATE audit_seals SET number = 9 WHERE number = 3", "seal-changed"),
        ("UPDATE audit_seals SET signature = 'AAAA' WHERE number = 2", "seal-forged"),
        ("UPDATE audit_seals SET body = replace(body, 'access', 'excess') WHERE number = 2", "seal-forged"),
        ("UPDATE audit_seals SET listing = NULL WHERE number = 1", "seal-changed"),
    ],
)
def test_what_was_done_to_a_seal_shows(sealed: Sealed, statement: str, kind: str) -> None:
    for number in (1, 2, 3):
        sealed.write(f"Lead/{number}")
        sealed.seal()
    assert sealed.verify().ok
    sealed.do(statement)
    assert kind in {each.kind for each in sealed.verify().findings}


def test_a_dropped_end_shows_by_the_anchors_even_with_its_rows(sealed: Sealed) -> None:
    sealed.write("Lead/1")
    sealed.seal()
    sealed.write("Lead/2")
    sealed.seal()
    for table, place in (("audit_seals", "number = 2"), ("audit", "seq > 2")):
        sealed.do(f"DELETE FROM {table} WHERE {place}")
    sealed.do("UPDATE audit_sealer SET through = 2")
    report = sealed.verify()
    assert {each.kind for each in report.findings} == {"seal-removed"}
    assert {each.seal for each in report.findings} == {2}
    assert sealed.verify(anchors=False).ok  # so much the database alone cannot know


def test_a_chain_that_was_made_again_shows_by_the_anchors(sealed: Sealed) -> None:
    """By somebody who has the secrets as well as the database."""
    sealed.write("Lead/1", "Lead/2")
    sealed.seal()
    kept = sealed.anchors.read_text()
    for table in ("audit_seals", "audit_sealer"):
        sealed.do(f"DELETE FROM {table}")
    sealed.do("UPDATE audit SET viewer = 'bob' WHERE seq = 1")
    sealed.seal()
    sealed.anchors.write_text(kept)
    report = sealed.verify()
    assert {each.kind for each in report.findings} == {"seal-changed"}
    assert "made again" in report.findings[0].what


def test_nobody_without_the_secrets_can_seal(sealed: Sealed) -> None:
    sealed.write("Lead/1")
    sealed.keys = SealKeys.from_secrets([OTHER])
    sealed.seal()  # its key vouches for itself, which is nobody's word
    sealed.keys = SealKeys.from_secrets([SECRET])
    assert {each.kind for each in sealed.verify(anchors=False).findings} == {"seal-forged"}


def test_a_seal_stands_when_its_secret_has_left_the_configuration(sealed: Sealed) -> None:
    sealed.write("Lead/1")
    sealed.seal()
    for secrets in ([OTHER, SECRET], [b"t" * 32, OTHER]):
        sealed.keys = SealKeys.from_secrets(secrets)
        sealed.write("Lead/2")
        sealed.seal()
    sealed.keys = SealKeys.from_secrets([b"t" * 32])
    report = sealed.verify()
    assert report.ok
    assert report.rows == 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the other's files are not ours to write
def test_a_byte_flipped_in_the_file_is_named(sealed: Sealed) -> None:
    sealed.write("Lead/1", "Lead/FLIPPED", "Lead/3")
    sealed.seal()
    sealed.database.close()
    path = sealed.folder / "inlay.db"
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    content = path.read_bytes()
    for byte in (b"X", b"\xff"):  # another letter, and what is no text at all
        path.write_bytes(content.replace(b"Lead/FLIPPED", b"Lead/FLIPPE" + byte))
        report = sealed.verify()
        sealed.database.close()
        assert report.first is not None
        assert (report.first.kind, report.first.row) == ("changed", 2)
        assert report.rows == 3
