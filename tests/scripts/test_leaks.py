"""A secret that is committed is found; what is known stays known by its digest, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import leaks

KEY = "AKIA" + "IOSFODNN7EXAMPLE"[:16]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (("ROOT", tmp_path), ("KNOWN", tmp_path / "known.json"), ("SEEN", tmp_path / "var/seen.json")):
        monkeypatch.setattr(leaks, name, value)
    monkeypatch.setattr(leaks, "files", lambda: {p.name: str(p.stat().st_mtime_ns) for p in tmp_path.glob("*.py")})
    (tmp_path / "known.json").write_text("{}")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["leaks", *arguments])
    return int(leaks.main())


@pytest.mark.parametrize(
    "line", [f'x = "{KEY}"', "# -----BEGIN RSA " + "PRIVATE KEY-----", 'password = "correct' + 'horse7battery"']
)
def test_a_secret_is_found_until_it_is_known(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    (tree / "a.py").write_text("import x\n")
    assert run(monkeypatch) == 0
    (tree / "b.py").write_text(f"# here\n{line}\n")
    assert run(monkeypatch) == 1
    assert "b.py:2" in capsys.readouterr().err
    assert run(monkeypatch) == 1, "the second look is by what was seen at the first"
    assert run(monkeypatch, "--accept") == 0
    assert run(monkeypatch) == 0
    assert line not in (tree / "known.json").read_text()
    (tree / "b.py").rename(tree / "c.py")
    assert run(monkeypatch) == 1


def test_where_a_secret_is_is_none(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "a.py").write_text(
        "client_secret" + ' = "file:secrets/of-the-app"\npassword' + ' = "env:OF_THE_DATABASE"\n'
    )
    assert run(monkeypatch) == 0


def test_what_is_known_is_of_docs_and_tests_only(root: Path) -> None:
    """Of the server's own code, what looks like a secret is a sentence about one."""
    known = json.loads((root / "scripts/leaks.json").read_text())
    for path in known:
        assert (root / path).exists(), f"{path} is gone: python scripts/leaks.py --accept"
        kinds = {each.rpartition(" ")[0] for each in known[path]}
        assert path.startswith(("tests/", "docs/", "README", "manifests/guest/sign/")) or kinds == {"Secret Keyword"}, (
            path
        )
