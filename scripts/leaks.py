"""Looks for secrets in what git keeps, by the patterns of detect-secrets; `--accept` takes what is found as it is.

What is known is in `leaks.json`, as digests: examples in docs, and values that only tests use. Anything else fails,
with its file and line. A file that did not change is not looked at twice; what was seen of it is kept in `var/`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parent.parent
KNOWN = Path(__file__).with_name("leaks.json")
SEEN = ROOT / "var/leaks.json"
# Entropy finds every digest and every picture; an address is no secret.
LEFT_OUT = {"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"}
# Launches that are published with their keys, markup that a test made, locks and files of others, which have checksums.
PASSED_OVER = re.compile(
    r"^tests/launches/|^tests/components/golden/|package-lock\.json$|vendor/|openapi-core\.json$|\.(?:png|po|woff2|svg)$"
)
REFERENCES = ("file:", "env:")  # where a secret is, as configurations say it
WORDS = "KeywordDetector"  # a value behind a name such as `password`: in tests those are the tests' own

Found = tuple[str, str, int]  # type, digest of the secret, line


def files() -> dict[str, str]:
    """What git keeps, with the name of its content; what is changed and not yet added, by its time."""
    told = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    changed = subprocess.run(["git", "diff", "--name-only", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = {path: head.split()[1] for head, _, path in (each.partition("\t") for each in told.stdout.split("\0")[:-1])}
    for path in filter(None, changed.stdout.split("\0")):
        if (ROOT / path).exists():
            kept[path] = f"changed {(ROOT / path).stat().st_mtime_ns}"
        else:
            kept.pop(path, None)
    return {path: name for path, name in kept.items() if not PASSED_OVER.search(path)}


def found_in(path: str) -> list[Found]:
    plugins = {each.__name__ for each in get_mapping_from_secret_type_to_class().values()} - LEFT_OUT
    if path.startswith("tests/"):
        plugins.discard(WORDS)
    with transient_settings({"plugins_used": [{"name": name} for name in sorted(plugins)]}):
        found = (each for each in scan_file(str(ROOT / path)) if not (each.secret_value or "").startswith(REFERENCES))
        return sorted({(each.type, each.secret_hash, each.line_number) for each in found})


def scanned() -> dict[str, list[Found]]:
    """Every finding, by file."""
    try:
        seen = json.loads(SEEN.read_text("utf-8"))
    except (OSError, ValueError):
        seen = {}
    kept = {path: f"{path} {name}" for path, name in files().items()}
    now = {key: seen[key] if key in seen else found_in(path) for path, key in kept.items()}
    SEEN.parent.mkdir(exist_ok=True)
    SEEN.write_text(json.dumps(now), "utf-8")
    return {path: [(kind, digest, line) for kind, digest, line in now[key]] for path, key in kept.items() if now[key]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="take what is found as known")
    accept = parser.parse_args().accept
    found = scanned()
    if accept:
        known = {path: sorted({f"{kind} {digest}" for kind, digest, _ in each}) for path, each in sorted(found.items())}
        KNOWN.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
        return 0
    known = json.loads(KNOWN.read_text("utf-8"))
    new = [
        f"{path}:{line}: {kind}. Take it out, and change it where it is used: whoever has read it has it."
        for path, each in found.items()
        for kind, digest, line in each
        if f"{kind} {digest}" not in known.get(path, [])
    ]
    print("\n".join(new) or f"No secret in {len(files())} files that was not known.", file=sys.stderr)
    return bool(new)


if __name__ == "__main__":
    sys.exit(main())
