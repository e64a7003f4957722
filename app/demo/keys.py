"""The demo's secrets: made once, each in a file that only its owner can read."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

TEXTS = ("deployment", "consumer_secret", "client_secret", "token_secret", "library_secret", "instance_secret")


def make(folder: Path) -> None:
    """Make whatever is missing; what is there stays, so that a second start goes on where the first ended."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in TEXTS:
        _once(folder / name, secrets.token_urlsafe(36).encode())
    _once(folder / "event_secret", b"whsec_" + base64.b64encode(secrets.token_bytes(32)))
    _once(folder / "guest_key.pem", _pem(Ed25519PrivateKey.generate()))
    if not (folder / "tenant_key.pem").exists():  # slow to make
        _once(folder / "tenant_key.pem", _pem(rsa.generate_private_key(65537, 2048)))
    _once(folder / "tenant_public.pem", _public(folder / "tenant_key.pem"))


def _pem(key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(path: Path) -> bytes:
    """What a host shows of its key to those who are to pin it."""
    key = load_pem_private_key(path.read_bytes(), None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _once(path: Path, content: bytes) -> None:
    if path.exists() and path.stat().st_size:
        return
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)  # whole or not at all
