"""Write the small form of the browser scripts that is served; `--check` says whether it is of their sources.

The panel's own are in static/embed/source; a component's is in its folder, and is served under the component's name,
behind the shared part that it names: `// @include "_list.js"`.

The sources stay readable and commented. The server needs no Node and nothing is built at run time: what this
writes is committed. Each written file begins with the digest of its source: a check needs no network.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static/embed"
DIALECTS = ("plain", "canvas", "teamsjs")
# What is served, and the sources that it is made of: a page of ours speaks one dialect, and loads no other.
COMPONENTS = tuple(sorted(path.name for path in (ROOT / "components").glob("*/*.js")))
SCRIPTS: dict[str, tuple[str, ...]] = {
    name: (name,) for name in ("inlay.js", "review.js", "review-row.js", "signin.js", "popup.js", *COMPONENTS)
} | {
    f"{part}-{dialect}.js": (f"bridges/{dialect}/{part}.js", f"{part}.js")
    for dialect in DIALECTS
    for part in ("frame", "change")
}
MINIFIER = "terser@5.51.2"
_SHARED = re.compile(r'^// @include "(_[a-z-]+\.js)"$', re.MULTILINE)
# Names that start with _ are private to a script, on its elements too.
OPTIONS = (
    "--ecma", "2022", "-c", "passes=3,unsafe_arrows=true", "-m", "--toplevel", "--enclose", "--mangle-props",
    "regex=/^_[a-z]/",
)  # fmt: skip


def header(text: bytes) -> str:
    """The first line of a written file: where it comes from, and of which bytes it was made."""
    digest = hashlib.sha256(text + " ".join((MINIFIER, *OPTIONS)).encode()).hexdigest()
    return f"// Written by scripts/embed.py from source/; edit that. {digest}"


def origin(part: str, folder: Path = FOLDER) -> Path:
    """Where a part of a script is written by hand."""
    own = ROOT / "components" / Path(part).stem / part
    return own if part in COMPONENTS else folder / "source" / part


def files(name: str, folder: Path = FOLDER) -> list[Path]:
    """What a served script is made of, in order: a part that others share stands before those that name it."""
    own = [origin(part, folder) for part in SCRIPTS[name]]
    shared = [ROOT / "components" / part for path in own for part in _SHARED.findall(path.read_text("utf-8"))]
    return shared + own


def source(name: str, folder: Path = FOLDER) -> bytes:
    """All that a served script is made of."""
    return b"".join(path.read_bytes() for path in files(name, folder))


def stale(folder: Path = FOLDER) -> list[str]:
    """The scripts whose small form is not of their source as it is now."""
    return [
        name
        for name in SCRIPTS
        if not (folder / name).is_file()
        or (folder / name).read_text("utf-8").split("\n", 1)[0] != header(source(name, folder))
    ]


def write(name: str, folder: Path = FOLDER) -> None:
    parts = [str(path) for path in files(name, folder)]
    command = ["npm", "exec", "--yes", "--package", MINIFIER, "--", "terser", *parts, *OPTIONS]
    with tempfile.TemporaryDirectory() as scratch:
        small = subprocess.run(command, check=True, capture_output=True, text=True, cwd=scratch).stdout
    (folder / name).write_text(f"{header(source(name, folder))}\n{small.strip()}\n", "utf-8")
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
