"""The library's documents: a folder as it is, versions beside it, changes in order; and folders that are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.demo.library.document import DRIVE
from app.demo.library.store import Documents, LibraryRefusedError, found_in


def folder(path: Path, *names: str) -> Path:
    path.mkdir(exist_ok=True)
    for name in names:
        (path / name).write_text(f"text of {name}")
    return path


def opened(tmp_path: Path, *names: str) -> Documents:
    return Documents(found_in(folder(tmp_path / "in", *names)), tmp_path / "state")


def test_readable_files_only_and_not_those_that_editors_leave(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", "b.TXT", "a.html", "c.xlsx", ".hidden.txt", "~$a.docx")
    (source / "d.pdf").mkdir()
    assert [path.name for path in found_in(source)] == ["a.html", "b.TXT"]


def test_a_folder_that_is_none_or_empty_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LibraryRefusedError, match="Check the path of --documents"):
        found_in(tmp_path / "none")
    with pytest.raises(LibraryRefusedError, match=r"it is empty\. Put files of these kinds there: \.docx"):
        found_in(folder(tmp_path / "in"))
    with pytest.raises(LibraryRefusedError, match="1 other things are in it"):
        found_in(folder(tmp_path / "in", "x.xlsx"))


def test_ids_stay_and_look_like_the_real_ones(tmp_path: Path) -> None:
    [first] = opened(tmp_path, "a.txt").all()
    [again] = Documents(found_in(tmp_path / "in"), tmp_path / "other").all()
    assert (first.id, first.unique, first.etag) == (again.id, again.unique, again.etag)
    assert len(first.id) == 34
    assert first.record == f"driveItem/{DRIVE}:{first.id}"


def test_a_new_version_changes_both_tags_and_leaves_the_folder_alone(tmp_path: Path) -> None:
    documents = opened(tmp_path, "a.txt")
    [first] = documents.all()
    second = documents.replace(first, b"other words", "Zo\u00eb")
    assert (second.version, second.size, second.by) == (2, 11, "Zo\u00eb")
    assert {first.etag, first.ctag}.isdisjoint({second.etag, second.ctag})
    assert (tmp_path / "in" / "a.txt").read_text() == "text of a.txt"
    assert second.path.read_bytes() == b"other words"


def test_uploads_survive_a_restart_and_a_line_that_was_cut_short(tmp_path: Path) -> None:
    documents = opened(tmp_path, "a.txt")
    documents.add("a.txt", b"second", "Sam")
    documents.add("new.txt", b"fresh", "Sam")
    with (tmp_path / "state" / "uploads.jsonl").open("a") as journal:
        journal.write('{"name": "a.t')
    again = Documents(found_in(tmp_path / "in"), tmp_path / "state")
    assert [(each.name, each.version, each.size) for each in again.all()] == [("a.txt", 2, 6), ("new.txt", 1, 5)]


def test_a_file_that_is_changed_outside_is_a_new_version(tmp_path: Path) -> None:
    told: list[int] = []
    source = folder(tmp_path / "in", "a.txt")
    documents = Documents(found_in(source), tmp_path / "state", lambda: told.append(1))
    _, at = documents.changes(0)
    (source / "a.txt").write_text("changed by its owner")
    os.utime(source / "a.txt", (1, 1))
    [now] = documents.all()
    assert (now.version, now.size, told) == (2, 20, [1])
    assert [each.name for each in documents.changes(at)[0]] == ["a.txt"]


def test_changes_are_told_once_each_in_their_order(tmp_path: Path) -> None:
    documents = opened(tmp_path, "a.txt", "b.txt")
    a, b = documents.all()
    _, at = documents.changes(0)
    documents.replace(b, b"1", "x")
    documents.replace(a, b"1", "x")
    documents.replace(documents.get(b.id) or b, b"2", "x")
    changed, newest = documents.changes(at)
    assert [(each.name, each.version) for each in changed] == [("b.txt", 3), ("a.txt", 2)]
    assert documents.changes(newest) == ([], newest)


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.exe", b"x"), ("x.txt", b""), ("../x.txt", b"x"), (".x.txt", b"x"), ("", b"x"), ("x\n.txt", b"x")],
)
def test_what_is_no_document_is_not_taken(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(LibraryRefusedError):
        opened(tmp_path, "a.txt").add(name, content, "Sam")
