"""Asks the Python index what is known to be wrong with what is installed here, by pip-audit. It needs the network.

Exit codes: 0 nothing is known, or with `--where-reachable` nobody could be asked, which is then said; 1 something is;
2 nobody could be asked. A mirror that knows no advisories is nobody: it is asked for one that everybody knows, and what
it leaves out counts as not asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

AUDIT = (sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off")
KNOWN = "jinja2==2.10\n"  # has had advisories since 2019
NOT_ASKED = "Dependencies: NOT CHECKED. The advisories could not be asked for here. Run make advisories where they can."


def told(output: str) -> list[str] | None:
    """What is wrong, a line each; None where the output is no answer about all of them."""
    try:
        dependencies = json.loads(output)["dependencies"]
        if any("editable" not in each.get("skip_reason", "editable") for each in dependencies):
            return None
        return [
            f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
            for each in dependencies
            for one in each.get("vulns", [])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def asked(arguments: Sequence[str]) -> list[str] | None:
    try:
        done = subprocess.run([*AUDIT, *arguments], capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        return None
    return told(done.stdout)


def advisories(ask: Callable[[Sequence[str]], list[str] | None] = asked) -> list[str] | None:
    """What is known against what is installed; None where nobody could be asked."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as known:
        known.write(KNOWN)
        known.flush()
        if not ask(["--requirement", known.name, "--no-deps", "--disable-pip"]):
            return None
    return ask(["--skip-editable"])


def main(arguments: list[str] | None = None, ask: Callable[[Sequence[str]], list[str] | None] = asked) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--where-reachable", action="store_true", help="say so and go on where nobody can be asked")
    lenient = parser.parse_args(arguments).where_reachable
    wrong = advisories(ask)
    if wrong is None:
        print(NOT_ASKED, file=sys.stderr)
        return 0 if lenient else 2
    print("\n".join(wrong) or "Dependencies: nothing is known against what is installed here.", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
