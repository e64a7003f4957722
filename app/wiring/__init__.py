"""Parts that are made of many, put together: a module for each group of them."""

from __future__ import annotations

from app.wiring.brokers import loops
from app.wiring.documents import Documents, Libraries
from app.wiring.ending import erasure, leaver, sealer
from app.wiring.ground import Ground
from app.wiring.keys import keyring_of, seal_keys, subject_keys, wrapper_of
from app.wiring.machines import machines
from app.wiring.scores import ahead, scoring, warmer
from app.wiring.voices import speaking
from app.wiring.write_back import write_back

__all__ = [
    "Documents",
    "Ground",
    "Libraries",
    "ahead",
    "erasure",
    "keyring_of",
    "leaver",
    "loops",
    "machines",
    "scoring",
    "seal_keys",
    "sealer",
    "speaking",
    "subject_keys",
    "warmer",
    "wrapper_of",
    "write_back",
]
