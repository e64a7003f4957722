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
def package(name: str, lock: str = "") -> Path:
    """The folder of an installed package. Where there is no npm, or it cannot install, its tests are skipped.

    `lock`: the folder here whose lockfile names it, for what is too large to come along with all the rest.
    """
    here = HERE / lock
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not on this machine, so {name} cannot be installed")
    digest = hashlib.sha256(b"".join((here / each).read_bytes() for each in FILES)).hexdigest()[:12]
    folder = HERE.parents[1] / "var/npm" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes test at once
        if not (folder / ".installed").exists():
            for each in FILES:
                shutil.copy(here / each, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
            if done.returncode:
                pytest.skip(f"npm could not install {name}: {done.stderr[-300:]}")
            (folder / ".installed").touch()
    return folder / "node_modules" / name
