"""Write the launches that other implementations can be tested with, into tests/launches/matrix: one file for each host.

Run it after a change of the matrix (tests/hosts/_matrix.py, or a host's described.py); what it writes is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.hosts._proofs import BUILDERS
from tests.hosts._vectors import FOLDER, text


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for host in BUILDERS:
        (FOLDER / f"{host}.json").write_text(text(host), "utf-8")
        print(f"{host}: {(FOLDER / f'{host}.json').stat().st_size // 1024} KB")
    for path in FOLDER.glob("*.json"):
        if path.stem not in BUILDERS:
            path.unlink()


if __name__ == "__main__":
    main()
