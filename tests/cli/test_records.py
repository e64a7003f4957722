"""Lists of records as people have them: exported, saved by a spreadsheet, damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli._records import read
from app.errors import ConfigError
from app.launch import Record

A, B = "00QAB000001xxxxAAA", "00QAB000002xxxxAAA"
BOTH = (Record("Lead", A), Record("Lead", B))


def listed(folder: Path, content: str | bytes, id_column: str = "") -> tuple[Record, ...]:
    return read(saved(folder, content), "Lead", id_column).records


def saved(folder: Path, content: str | bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        f"id\n{A}\n{B}\n",
        f'\n\nName,Id\r\n"Doe, Jane",{A}\r\nx,{B}\r\n',
        f"Name;Record ID\nx;{A}\nx; {B} \n",
        f"record\tscore\nLead/{A}\t3\nLead/{B}\t4",
        f'"id","name"\n"{A}","x"\n"{B}","y"\n',
        f"\ufeffid\n{A}\n{B}\n",
        f"id\n{A}\n{B}\n".encode("utf-16"),
        f"id,name\n{A},M\xfcller\n{B},x\n".encode("cp1252"),
        f'{{"id": "{A}"}}\n\n{{"Id": "{B}", "x": [1]}}\n',
        f'"{A}"\n"Lead/{B}"\n',
    ],
)
def test_lists_are_read_however_they_were_saved(tmp_path: Path, content: str | bytes) -> None:
    assert listed(tmp_path, content) == BOTH


def test_an_encoding_that_was_guessed_is_said(tmp_path: Path) -> None:
    found = read(saved(tmp_path, f"id,name\n{A},M\xfcller\n".encode("cp1252")), "Lead")
    assert found.notes == ("Read as cp1252, since it is not UTF-8.",)


def test_another_column_can_be_named(tmp_path: Path) -> None:
    assert listed(tmp_path, f"id,key\n1,{A}\n2,{B}\n", "key") == BOTH
    with pytest.raises(ConfigError, match=r"has no column 'kye'\. Its columns: id, key\."):
        listed(tmp_path, f"id,key\n1,{A}\n", "kye")


def test_each_record_is_there_once_and_the_rest_is_told(tmp_path: Path) -> None:
    found = read(saved(tmp_path, f"id\n{A}\n{B}\nno id\n{A}\n\n,\nLead/{B}\n"), "Lead")
    assert (found.records, found.repeated) == (BOTH, 2)
    assert found.malformed == ("line 4: 'no id' is no record id",)
    damaged = read(saved(tmp_path, f'{{"id": "{A}"}}\n{{"id": \n{{"name": 3}}\n'), "Lead")
    assert len(damaged.malformed) == 2


def test_the_same_records_are_the_same_list_however_they_are_written(tmp_path: Path) -> None:
    one = read(saved(tmp_path, f"id\n{A}\n{B}\n"), "Lead").hash
    assert read(saved(tmp_path, f'"{A}"\n"{B}"\n"{A}"\n'), "Lead").hash == one
    assert read(saved(tmp_path, f"id\n{B}\n{A}\n"), "Lead").hash != one


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty."),
        (" \n\n", "is empty."),
        ("name,score\nx,3\n", "has no id column. Name it with --id-column; looked for id, record,"),
        (f"{A}\n{B}\n", "has no id column."),
        ("id\n", "holds no record."),
        ("id\nno id\n", "holds no record. First: line 2: 'no id' is no record id."),
        (b"PK\x03\x04\x00\x00", "is no text file. Export it as CSV in UTF-8, not as a workbook."),
        (b"id\n\x81\x8d\n", "is neither UTF-8, UTF-16 nor Windows-1252."),
        ('id,x\n1,"' + "x" * 140_000, "cannot be read at line"),
    ],
)
def test_what_is_no_list_is_refused_with_its_mend(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        listed(tmp_path, content)
    assert words in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read(tmp_path / "nothing.csv", "Lead")
