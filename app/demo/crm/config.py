"""What the CRM is told when it starts: a small JSON file; secrets stay in files of their own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CrmConfig:
    """Where the CRM lives, what it embeds, and where its keys and rows are."""

    origin: str  # http://127.0.0.1:8001
    inlay: str  # the public URL of the server whose panels are embedded
    core: str  # asked for the columns that each scorecard wants
    keys: str  # folder with one file per secret
    state: str  # folder for edits
    library: str = ""  # the library beside it, whose directory knows the same people
    leads: str = ""  # a CSV file; empty: invented leads
    id_column: str = ""
    connection: str = "crm"  # launched by signed request
    pages_connection: str = "crm-pages"  # launched by a token of this CRM's backend

    @classmethod
    def load(cls, path: Path) -> CrmConfig:
        """Read the file. Raises ValueError with a sentence when it does not fit."""
        found = json.loads(path.read_text(encoding="utf-8"))
        known = {each.name for each in fields(cls)}
        unknown = set(found) - known
        if unknown:
            wrong, right = ", ".join(sorted(unknown)), ", ".join(sorted(known))
            raise ValueError(f"{path}: unknown settings {wrong}; known are {right}.")
        return cls(**found)

    def save(self, path: Path) -> None:
        """Write it for the process to read; there is no secret in it."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @property
    def port(self) -> int:
        """Where it listens, which its origin says too."""
        return int(self.origin.rsplit(":", 1)[1])

    def key(self, name: str) -> str:
        """A secret out of its own file. Raises OSError."""
        return (Path(self.keys) / name).read_text(encoding="utf-8").strip()
