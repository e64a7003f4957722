"""Keys: signing our own tokens, sealing what lies in the database, comparing secrets; nothing else."""

from app.keys.keyring import Keyring, SealBroken, same

__all__ = ["Keyring", "SealBroken", "same"]
