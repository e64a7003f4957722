"""Write the small form of the browser scripts that is served; `--check` says whether it is of their sources.

The panel's own are in static/embed/source; a component's is in its folder, and is served under the component's name.

The sources stay readable and commented. The server needs no Node and nothing is built at run time: what this
writes is committed. Each written file begins with the digest of its source: a check needs no network.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static/embed"
SCRIPTS = (
    "inlay.js", "frame.js", "change.js", "signin.js", "popup.js",
    *sorted(path.name for path in (ROOT / "components").glob("*/*.js")),
)  # fmt: skip
MINIFIER = "terser@5.51.2"
# Names that start with _ are private to a script, on its elements too.
OPTIONS = ("--ecma", "2022", "-c", "passes=3,unsafe_arrows=true", "-m", "--mangle-props", "regex=/^_[a-z]/")


def header(source: bytes) -> str:
    """The first line of a written file: where it comes from, and of which bytes it was made."""
    digest = hashlib.sha256(source + " ".join((MINIFIER, *OPTIONS)).encode()).hexdigest()
    return f"// Written by scripts/embed.py from source/; edit that. {digest}"


def origin(name: str, folder: Path = FOLDER) -> Path:
    """Where a script is written by hand."""
    source = folder / "source" / name
    return source if source.is_file() else ROOT / "components" / source.stem / name


def stale(folder: Path = FOLDER) -> list[str]:
    """The scripts whose small form is not of their source as it is now."""
    return [
        name
        for name in SCRIPTS
        if not (folder / name).is_file()
        or (folder / name).read_text("utf-8").split("\n", 1)[0] != header(origin(name, folder).read_bytes())
    ]


def write(name: str, folder: Path = FOLDER) -> None:
    source = origin(name, folder)
    command = ["npm", "exec", "--yes", "--package", MINIFIER, "--", "terser", str(source), *OPTIONS]
    with tempfile.TemporaryDirectory() as scratch:
        small = subprocess.run(command, check=True, capture_output=True, text=True, cwd=scratch).stdout
    (folder / name).write_text(f"{header(source.read_bytes())}\n{small.strip()}\n", "utf-8")
    print(f"{name}: {len(gzip.compress(small.encode(), 9, mtime=0))} bytes gzipped")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify the committed files, write nothing")
    if not parser.parse_args().check:
        for name in SCRIPTS:
            write(name)
    for name in stale():
        print(f"static/embed/{name} is older than its source; run scripts/embed.py", file=sys.stderr)
    return 1 if stale() else 0


if __name__ == "__main__":
    sys.exit(main())
