"""What a page may not do to a configuration, since it would reach into the machine.

Whoever signs in at a page is trusted with the deployment, not with the user that the server runs as: else a reference
to any file of that user, given as the key of a core of one's own, would send that file out. So a page refers to secrets
that were kept for Inlay, or to what the configuration refers to already; what is of the machine stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from app.errors import ConfigError, Problem

_REFERENCE = re.compile(r"(?:env|file):.")
_KEPT = re.compile(r"file:secrets/[A-Za-z][A-Za-z0-9_-]*")  # as the vault names them
_OF_THE_MACHINE = frozenset(
    {
        "store.url", "store.key_store", "store.kms_key", "store.redis", "store.anchors",
        "server.bind", "server.port", "server.tls_certificate", "server.tls_key",
    }
)  # fmt: skip


def refuse_reach(text: str, before: str) -> None:
    """Raises ConfigError with each setting that only a file on the machine may say. What is no TOML, others refuse."""
    try:
        new, old = dict(_leaves(tomllib.loads(text))), dict(_leaves(tomllib.loads(before)))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return
    known = {value for value in old.values() if isinstance(value, str)}
    problems = []
    for path in sorted({*new, *old}):
        value = new.get(path)
        if path in _OF_THE_MACHINE and value != old.get(path):
            problems.append(Problem(path, "is not changed from a page.", "Change it in the file, then: inlay reload"))
        elif _reaches(value) and value not in known:
            mend = "Keep it by inlay secret set NAME or the page Secrets, and write file:secrets/NAME; or use the file."
            problems.append(Problem(path, "a page does not refer to other files or variables.", mend))
    if problems:
        raise ConfigError(problems)


def _reaches(value: Any) -> bool:
    return isinstance(value, str) and bool(_REFERENCE.match(value)) and not _KEPT.fullmatch(value)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value by its dotted path; of a list, each by its place."""
    if isinstance(tree, dict | list):
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, value in pairs:
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, tree
