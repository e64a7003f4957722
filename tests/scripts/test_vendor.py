"""Vendored files are exactly the pinned ones, and the check notices when they are not."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_script", ROOT / "scripts/vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(vendor: ModuleType, tmp_path: Path) -> Path:
    for pin in vendor.PINS:
        target = tmp_path / pin.target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / pin.target, target)
    for folder in vendor.folders():
        (tmp_path / folder / "VERSIONS").write_text(vendor.versions(folder), encoding="utf-8")
    return tmp_path


def test_the_committed_files_are_the_pinned_ones(vendor: ModuleType) -> None:
    assert vendor.check(ROOT) == []


def test_a_changed_byte_is_noticed(vendor: ModuleType, copy: Path) -> None:
    assert vendor.check(copy) == []
    path = copy / "static/vendor/htmx.min.js"
    path.write_bytes(path.read_bytes() + b"\n")
    assert vendor.check(copy) == ["static/vendor/htmx.min.js is not htmx.org@4.0.1; run scripts/vendor.py"]


def test_a_missing_file_a_stray_file_and_an_old_note_are_noticed(vendor: ModuleType, copy: Path) -> None:
    (copy / "static/vendor/htmx.min.js").unlink()
    (copy / "static/vendor/stray.js").write_text("1")
    (copy / "static/preview/vendor/VERSIONS").write_text("old")
    assert sorted(vendor.check(copy)) == [
        "static/preview/vendor/VERSIONS is not what the pins say; run scripts/vendor.py",
        "static/vendor/htmx.min.js is missing; run scripts/vendor.py",
        "static/vendor/stray.js is not pinned; remove it or add it to scripts/vendor.py",
    ]


def test_no_host_is_named(vendor: ModuleType) -> None:
    """Which registry is used is npm's own configuration."""
    assert "://" not in (ROOT / "scripts/vendor.py").read_text(encoding="utf-8")
