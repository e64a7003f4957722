"""The door to AWS KMS, by the vendor's own client: who we are there is found as AWS' tools find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import ConfigError, Problem, StoreUnavailable

TIMEOUT_S = 2.0  # to connect, and for each answer; asked seldom, since data keys are remembered
TRIES = 2


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key, and the same encrypted by the key service."""

    plain: bytes
    encrypted: bytes


class Kms:
    """The key service. For all threads: https://docs.aws.amazon.com/kms/latest/APIReference/"""

    def __init__(self, client: Any, failures: tuple[type[Exception], ...]) -> None:
        self._client, self._failures = client, failures

    def new_key(self, key_id: str, context: str) -> DataKey:
        """A new data key of 256 bits. Raises StoreUnavailable."""
        said = self._ask(
            "generate_data_key", KeyId=key_id, KeySpec="AES_256", EncryptionContext={"inlay": context}
        )  # fmt: skip
        return DataKey(said["Plaintext"], said["CiphertextBlob"])

    def decrypt(self, encrypted: bytes, context: str) -> bytes:
        """A data key of before; the ciphertext itself names which key encrypted it. Raises StoreUnavailable."""
        said = self._ask("decrypt", CiphertextBlob=encrypted, EncryptionContext={"inlay": context})
        plain: bytes = said["Plaintext"]
        return plain

    def _ask(self, what: str, **named: Any) -> Any:
        try:
            return getattr(self._client, what)(**named)
        except self._failures as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
            raise StoreUnavailable(reason=f"kms-{code}") from error


def kms(key_id: str) -> Kms:
    """The key service of the key's region, where it is an ARN. Asks nothing yet. Raises ConfigError where the vendor's
    client is missing, or no region is known."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        mend = "Install it: pip install -e '.[aws]'"
        raise ConfigError([Problem("[store] kms_key", "names a key of AWS, whose client is missing.", mend)]) from None
    parts = key_id.split(":")
    region = parts[3] if len(parts) > 3 else None
    patience = Config(connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, retries={"max_attempts": TRIES})
    try:
        client = boto3.client("kms", region_name=region, config=patience)
    except BotoCoreError as error:
        mend = "Write the key's whole ARN, or set AWS_REGION."
        raise ConfigError([Problem("[store] kms_key", f"cannot be asked for: {error}.", mend)]) from None
    return Kms(client, (BotoCoreError, ClientError))
