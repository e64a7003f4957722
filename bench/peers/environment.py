"""The peers' own Python environment, in `var/peers`: none of it is ever a part of Inlay's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "var" / "peers"
WANTED = ("gradio==6.31.0", "streamlit==1.67.0")
_WITHIN_S = 600.0


class NoPeersError(Exception):
    """They could not be installed; the message says why."""


def python() -> Path:
    """Its interpreter, with both installed. Raises NoPeersError."""
    found = HOME / "bin" / "python"
    if _has_all(found):
        return found
    HOME.parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(HOME)],
        [str(found), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check", *WANTED],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_WITHIN_S, check=False)
        except subprocess.TimeoutExpired:
            raise NoPeersError(f"Their installation took longer than {_WITHIN_S:.0f} s and was ended.") from None
        if done.returncode:
            raise NoPeersError(f"They could not be installed: {done.stderr.strip().splitlines()[-1:]}")
    return found


def element_script() -> str:
    """The path of Gradio's script that registers its element, which its own loader imports."""
    [package] = HOME.glob("lib/python3*/site-packages/gradio")
    loader = (package / "templates/frontend/gradio.js").read_text(encoding="utf-8")
    named = re.search(r'import\("\./(assets/[\w.-]+\.js)"\)', loader)
    if named is None:
        raise NoPeersError("This Gradio's loader imports no script: another version than this benchmark knows.")
    return named[1]


def _has_all(found: Path) -> bool:
    if not found.exists():
        return False
    listed = subprocess.run(
        [str(found), "-m", "pip", "freeze", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return set(WANTED) <= set(listed.stdout.split())
