"""The demo imports nothing of the rest of the house: signer and verifier must not share a mistake."""

from __future__ import annotations

import ast
from pathlib import Path


def test_imports_of_the_demo(root: Path) -> None:
    files = list((root / "app/demo").rglob("*.py"))
    assert len(files) > 15
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
                assert node.level == 0, path
            for name in names:
                assert not name.startswith("app") or name.startswith("app.demo"), f"{path}: {name}"
