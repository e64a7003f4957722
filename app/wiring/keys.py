"""The keys: whose they are, where they lie, what wraps them."""

from __future__ import annotations

from collections.abc import Callable

from app.config import Settings
from app.db import Database
from app.db.gate import Gate
from app.keys import Keyring, SealKeys
from app.keys.kms import KmsWrapper
from app.keys.store import KeyStore
from app.keys.subjects import SubjectKeys
from app.keys.wrapping import ListWrapper, Wrapper
from app.net.kms import kms


def subject_keys(
    settings: Settings,
    keyring: Keyring,
    clock: Callable[[], float],
    patience_s: float | None = None,
    gate: Gate | None = None,
) -> SubjectKeys:
    """The keys of what scores are about, from their own store. Raises ConfigError where a driver is missing."""
    store = KeyStore(Database(settings.store.keys_url, patience_s, gate))
    return SubjectKeys(store, wrapper_of(settings, keyring), clock)


def keyring_of(settings: Settings) -> Keyring:
    """The deployment's keys, the newest first."""
    return Keyring.from_secrets([each.reveal_bytes() for each in settings.server.keys])


def wrapper_of(settings: Settings, keyring: Keyring) -> Wrapper:
    """What wraps subjects' keys: the deployment's list, or a key service. Raises ConfigError."""
    key_id, own = settings.store.kms_key, ListWrapper(keyring)
    return KmsWrapper(kms(key_id), key_id, own) if key_id else own


def seal_keys(settings: Settings) -> SealKeys:
    """What signs the audit's seals."""
    return SealKeys.from_secrets([each.reveal_bytes() for each in settings.server.keys])
