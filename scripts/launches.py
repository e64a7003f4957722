"""Write the launches that other implementations can be tested with, into tests/launches/matrix: one file for each host.

With names it writes only those hosts' files. A host that does not refuse a row for the reason that the matrix has is
named with both reasons, and its file stays as it was.

Run it after a change of the matrix (tests/hosts/_matrix.py, or a host's described.py); what it writes is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.hosts._proofs import BUILDERS
from tests.hosts._vectors import FOLDER, misjudged, text


def main(names: list[str]) -> int:
    for name in set(names) - set(BUILDERS):
        print(f"{name} proves nothing here. Known are: {', '.join(BUILDERS)}.", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    wrong = 0
    for host in names or BUILDERS:
        rows = misjudged(host)
        for row, wanted, found in rows:
            print(f"{host}: {row!r} is {_words(found)}; the matrix wants it {_words(wanted)}.", file=sys.stderr)
        if rows:
            print(f"Mend verify(), or say so in OTHERWISE of tests/hosts/{host}/described.py.", file=sys.stderr)
            wrong = 1
            continue
        (FOLDER / f"{host}.json").write_text(text(host), "utf-8")
        print(f"{host}: {(FOLDER / f'{host}.json').stat().st_size // 1024} KB")
    for path in FOLDER.glob("*.json"):
        if path.stem not in BUILDERS:
            path.unlink()
    return wrong


def _words(reason: str) -> str:
    return f'refused as "{reason}"' if reason else "taken"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
