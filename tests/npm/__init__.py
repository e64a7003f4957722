"""Other people's software from the npm registry, exactly as the lockfile here names it, installed into `var/`."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FILES = ("package.json", "package-lock.json")


@cache
def package(name: str, listed: Path = HERE) -> Path:
    """The folder of a package of those that are listed there. Where npm cannot install it, its tests are skipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not on this machine, so {name} cannot be installed")
    digest = hashlib.sha256(b"".join((listed / each).read_bytes() for each in FILES)).hexdigest()[:12]
    folder = HERE.parents[1] / "var/npm" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes test at once
        if not (folder / ".installed").exists():
            for each in FILES:
                shutil.copy(listed / each, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
            if done.returncode:
                pytest.skip(f"npm could not install {name}: {done.stderr[-300:]}")
            (folder / ".installed").touch()
    return folder / "node_modules" / name
