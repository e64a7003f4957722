"""The walls around the parsing process, tried from the inside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.documents.confine import confine, load
from tests.documents.files import docx, locked, p, pdf, scan

ROOT = Path(__file__).resolve().parents[2]
TRY = f"""
import json, os, resource, socket, sys
sys.path.insert(0, {str(ROOT)!r})
from {confine.__module__} import confine
from app.documents.limits import Limits
confine(Limits(memory_mb=256))
def tried(what):
    try: what()
    except MemoryError: return "MemoryError"
    except OSError as error: return os.strerror(error.errno)
    return "done"
def raised(): resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))
def opened():
    os.close(0)
    open("/etc/hostname")
sys.stdout.write(json.dumps([
    tried(lambda: open("/etc/hostname")),
    tried(lambda: open(os.devnull, "w")),
    tried(socket.socket),
    tried(os.pipe),
    tried(opened),
    tried(lambda: bytearray(300 << 20)),
    resource.getrlimit(resource.RLIMIT_CORE),
    resource.getrlimit(resource.RLIMIT_CPU),
]))
"""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout


def test_no_file_no_socket_no_more_memory() -> None:
    none = "Too many open files"
    assert json.loads(run(TRY)) == [none, none, none, none, none, "MemoryError", [0, 0], [20, 21]]


LOADED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from {load.__module__} import load
from app.documents import child
from app.documents.limits import Limits
load()
before = set(sys.modules)
from pathlib import Path
for each in sys.argv[1:]:
    try: child.read(Path(each).read_bytes(), each, "", Limits(), lambda line: None)
    except Exception: pass
print(*[name for name in set(sys.modules) - before if getattr(sys.modules[name], "__file__", None)])
"""


def test_nothing_has_to_be_loaded_later(tmp_path: Path) -> None:
    """Once confined, no module can be imported: a parser that loads one late would fail on good files only there."""
    samples = {
        "a.pdf": pdf("text ( \\ é"), "b.pdf": locked(pdf("a"), ""), "c.pdf": locked(pdf("a"), "b"), "d.pdf": scan(),
        "e.pdf": pdf("damaged")[:-90] + b"%%EOF", "a.docx": docx(p("a")), "b.docx": docx("<w:p"),
        "a.html": b"<html>a<ol><li>b", "a.txt": b"a", "b.txt": "ä".encode("utf-16"),
        "c.html": b"<html><meta charset=koi8-r>\xc4\xcf", "f.zip": b"PK\3\4",
    }  # fmt: skip
    for name, content in samples.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", LOADED, *map(str, sorted(tmp_path.iterdir()))]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() == []


@pytest.mark.parametrize("name", ["cp1252", "gb18030", "cp950", "utf-16-be"])
def test_load_knows_the_encodings_that_files_name(name: str) -> None:
    load()
    assert f"encodings.{name.replace('-', '_')}" in sys.modules
