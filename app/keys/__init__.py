"""Keys: signing our own tokens, sealing what lies in the database, comparing secrets; nothing else."""

from app.keys.keyring import MAX_TOKEN, Keyring, SealBroken, same
from app.keys.seals import SealKeys

__all__ = ["MAX_TOKEN", "Keyring", "SealBroken", "SealKeys", "same"]
