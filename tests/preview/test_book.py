"""The book follows its files; what is broken is said with its place, and the last good stays."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.preview.book import Book
from app.preview.described import manifest, source
from app.preview.new import write_component
from app.preview.scene import Scene


def touch(path: Path, text: str) -> None:
    at = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(at + 10**9, at + 10**9))


def test_a_changed_sheet_is_in_the_next_edition(folder: Path) -> None:
    book = Book(components=folder, watch=True, pause_s=0)
    before = book.current()
    assert book.current() is before
    touch(folder / "deal-card/deal-card.css", ".deal-card{color:var(--inlay-accent)}")
    after = book.current()
    assert after.version != before.version
    assert after.catalog["deal-card"].css == ".deal-card{color:var(--inlay-accent)}"


def test_a_changed_part_is_in_all_that_take_it_in(folder: Path) -> None:
    write_component(folder, "deal-badge")
    (folder / "_ground.css").write_text("margin: 0;")
    (folder / "_said.html").write_text("{% macro said() %}old{% endmacro %}")
    for tag in ("deal-badge", "deal-card"):
        (folder / tag / f"{tag}.css").write_text('i { @include "_ground.css"; }')
        (folder / tag / f"{tag}.html").write_text('{% from "_said.html" import said %}{{ said() }}')
    book = Book(components=folder, watch=True, pause_s=0)
    before = book.current()
    touch(folder / "_ground.css", "margin: 1px;")
    touch(folder / "_said.html", "{% macro said() %}new{% endmacro %}")
    after = book.current()
    assert after.version != before.version
    for tag, component in after.catalog.items():
        assert component.css == "i{margin:1px}"
        args = component.stories["ready"].args
        assert before.renderer.fragment(tag, args, uid="u") == "old"
        assert after.renderer.fragment(tag, args, uid="u") == "new"


def test_what_editors_and_archives_leave_in_a_folder_is_not_read(folder: Path) -> None:
    (folder / "deal-card/.#deal-card.css").symlink_to("ana@desk.4711:1764500000")  # Emacs, while a file is changed
    (folder / "deal-card/._deal-card.html").write_bytes(b"\x00\x05\x16\x07\xff")  # an archive made by macOS
    edition = Book(components=folder, watch=True, pause_s=0).current()
    assert (list(edition.catalog), edition.problems) == (["deal-card"], ())
    files = source(edition, Scene("deal-card", "ready"), "http://localhost")["files"]
    assert not [name for name in files if name.startswith(".")]


def test_one_look_at_the_files_holds_for_all_who_ask_at_once(folder: Path) -> None:
    book = Book(components=folder, watch=True, pause_s=60)
    before = book.stamp()
    touch(folder / "deal-card/deal-card.css", ".deal-card{}")
    assert book.stamp() == before
    book = Book(components=folder, watch=True, pause_s=0)
    before = book.stamp()
    touch(folder / "deal-card/deal-card.css", ".deal-card{margin:0}")
    assert book.stamp() != before


def test_a_folder_that_goes_while_it_is_looked_at_is_no_fault(folder: Path) -> None:
    book = Book(components=folder, watch=True, pause_s=0)
    edition = book.current()
    shutil.rmtree(folder / "deal-card")
    assert manifest(edition, live=True)["components"][0]["tag"] == "deal-card"
    assert not book.current().catalog


def test_what_is_not_watched_is_read_once(folder: Path) -> None:
    book = Book(components=folder)
    before = book.current()
    touch(folder / "deal-card/deal-card.css", ".deal-card{}")
    assert book.current() is before


def test_a_broken_story_is_said_and_the_last_good_stays(folder: Path) -> None:
    book = Book(components=folder, watch=True, pause_s=0)
    touch(folder / "deal-card/stories.toml", "summary = 1")
    broken = book.current()
    assert any("deal-card/stories.toml" in problem for problem in broken.problems)
    assert "deal-card" in broken.catalog


def test_a_broken_template_names_its_line(folder: Path) -> None:
    book = Book(components=folder, watch=True, pause_s=0)
    touch(folder / "deal-card/deal-card.html", "<p>\n{% if %}</p>")
    assert book.current().problems[0].startswith("deal-card.html, line 2: ")


def test_one_broken_component_hides_no_other(folder: Path) -> None:
    write_component(folder, "deal-badge")
    write_component(folder, "deal-line")
    (folder / "deal-card/stories.toml").write_text("summary = ")
    (folder / "deal-line/deal-line.html").write_text("{% if %}")
    edition = Book(components=folder).current()
    assert list(edition.catalog) == ["deal-badge"]
    assert [problem.split(":")[0] for problem in edition.problems] == [
        "deal-card/stories.toml",
        "deal-line.html, line 1",
    ]


def test_a_broken_part_hides_only_those_that_take_it_in(folder: Path) -> None:
    write_component(folder, "deal-badge")
    (folder / "_said.html").write_text("\n{% macro %}")
    (folder / "deal-badge/deal-badge.html").write_text('{% from "_said.html" import said %}')
    edition = Book(components=folder).current()
    assert list(edition.catalog) == ["deal-card"]
    assert edition.problems[0].startswith("_said.html, line 2: ")


def test_what_breaks_later_keeps_its_last_good_and_the_others_are_followed(folder: Path) -> None:
    write_component(folder, "deal-badge")
    book = Book(components=folder, watch=True, pause_s=0)
    touch(folder / "deal-card/stories.toml", "summary = ")
    touch(folder / "deal-badge/deal-badge.css", ".deal-badge{margin:0}")
    edition = book.current()
    assert list(edition.catalog) == ["deal-badge", "deal-card"]
    assert edition.catalog["deal-badge"].css == ".deal-badge{margin:0}"
    assert len(edition.problems) == 1


def test_a_house_that_never_could_be_read_says_why(folder: Path) -> None:
    (folder / "deal-card/README.md").unlink()
    edition = Book(components=folder).current()
    assert "lacks README.md" in edition.problems[0]
    assert not edition.catalog
