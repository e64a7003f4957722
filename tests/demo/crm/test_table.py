"""Any CSV with an id column: what can be used is used, and everything else is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.demo.crm.table import TableRefusedError, read, record_id, with_checksum


def written(tmp_path: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_reads_rows_under_ids_of_18_characters(tmp_path: Path) -> None:
    table = read(written(tmp_path, "lead_id,Name\nA 1/ß,Zoë\nB,<b>Bob</b>\n"))
    first, second = table.rows
    assert len(first) == 18
    assert first.startswith("00Q")
    assert first.isalnum()
    assert table.names == {first: "A 1/ß", second: "B"}
    assert table.rows[second]["Name"] == "<b>Bob</b>"


def test_ids_are_the_same_each_time_and_differ() -> None:
    assert record_id("L1") == record_id("L1")
    assert len({record_id(f"L{number}") for number in range(5000)}) == 5000


def test_id_checksum_is_salesforces() -> None:
    assert with_checksum("001D000000IRFma") == "001D000000IRFmaIAH"  # a pair that the vendor's pages show


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_reads_common_encodings(tmp_path: Path, encoding: str) -> None:
    table = read(written(tmp_path, "id,Name\n1,Müller\n".encode(encoding)))
    assert [row["Name"] for row in table.rows.values()] == ["Müller"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_finds_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = f'id{delimiter}Name{delimiter}Note\n1{delimiter}"a,b;c"{delimiter}"two\nlines"\n'
    table = read(written(tmp_path, text))
    assert [row["Note"] for row in table.rows.values()] == ["two\nlines"]


def test_bad_rows_are_named_by_line_and_left_out(tmp_path: Path) -> None:
    table = read(written(tmp_path, 'id,Name\n1,"a\nb"\n2\n1,again\n\n,none\n3,c\n'))
    assert list(table.names.values()) == ["1", "3"]
    assert table.skipped == 3
    assert [problem.split(" ")[1] for problem in table.problems] == ["4", "5", "7"]
    assert "cells" in table.problems[0]
    assert "repeats the id 1 of line 2" in table.problems[1]


def test_unknown_values_are_empty(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,a,b\n1,NaN,null\n"))
    assert [(row["a"], row["b"]) for row in table.rows.values()] == [("", "")]


def test_names_for_the_api_are_plain_and_unique(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,Größe (m),größe m,1st,名\n1,2,3,4,5\n"))
    assert [column.name for column in table.columns] == ["id_id", "Groe_m", "groe_m_3", "c_1st", "column_5"]


def test_kinds_follow_the_values(tmp_path: Path) -> None:
    rows = "".join(
        f"{number},{number}.5,{'yes' if number % 2 else 'no'},2026-01-{number:02}\n" for number in range(1, 20)
    )
    kinds = {column.name: column.kind for column in read(written(tmp_path, "id,n,c,d\n" + rows)).columns}
    assert kinds == {"id_id": "number", "n": "number", "c": "choice", "d": "date"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no header"),
        ("id\n1\n", "no header"),
        ("name,age\nx,1\n", "no id column.*--id-column.*name, age"),
        ("id,name\n", "no row"),
        ("id,name\n1\n2\n", "no row.*Line 2"),
        (b"PK\x03\x04\0\0\0", "not a text file"),
        (b"id,name\n1,\x81\x8d\n", "UTF-8"),
    ],
)
def test_refuses_with_words(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(TableRefusedError, match=words):
        read(written(tmp_path, content))


def test_refuses_a_missing_file_and_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(TableRefusedError, match="--leads"):
        read(tmp_path / "none.csv")
    with pytest.raises(TableRefusedError, match=r"no column “key”.*id, name"):
        read(written(tmp_path, "id,name\n1,2\n"), "key")


def test_id_column_can_be_named(tmp_path: Path) -> None:
    assert list(read(written(tmp_path, "key,name\nk,2\n"), "key").names.values()) == ["k"]
