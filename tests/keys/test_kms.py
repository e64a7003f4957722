"""The cloud's key service as the wrapper, against a simulation of it (moto) by the vendor's own client."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from app.errors import ConfigError, StoreUnavailable
from app.keys import Keyring, SealBroken
from app.keys.kms import KmsWrapper
from app.keys.wrapping import ListWrapper
from app.net.kms import DataKey, Kms, kms

LIST = ListWrapper(Keyring.from_secrets([b"k" * 32]))
KEY = b"s" * 32


@pytest.fixture
def arn(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        yield boto3.client("kms", region_name="eu-central-1").create_key()["KeyMetadata"]["Arn"]


class Counted:
    """The service, and how often it was asked."""

    def __init__(self, service: Kms) -> None:
        self.service, self.asked = service, 0

    def new_key(self, key_id: str, context: str) -> DataKey:
        self.asked += 1
        return self.service.new_key(key_id, context)

    def decrypt(self, encrypted: bytes, context: str) -> bytes:
        self.asked += 1
        return self.service.decrypt(encrypted, context)


def test_one_process_wraps_and_another_unwraps_each_asking_once(arn: str) -> None:
    one, other = Counted(kms(arn)), Counted(kms(arn))
    wraps, unwraps = KmsWrapper(one, arn, LIST), KmsWrapper(other, arn, LIST)
    wrapped = [wraps.wrap(KEY, f"subject-key:{n}") for n in range(50)]
    assert all(unwraps.unwrap(each, f"subject-key:{n}") == KEY for n, each in enumerate(wrapped))
    assert (one.asked, other.asked) == (1, 1)
    assert all(KEY not in each for each in wrapped)
    assert wraps.newest == f"kms:{arn}"


def test_what_is_wrapped_is_bound_to_its_place(arn: str) -> None:
    wrapper = KmsWrapper(kms(arn), arn, LIST)
    wrapped = wrapper.wrap(KEY, "subject-key:1")
    for broken, context in ((wrapped, "subject-key:2"), (wrapped[:-1] + b"?", "subject-key:1")):
        with pytest.raises(SealBroken):
            wrapper.unwrap(broken, context)


def test_what_the_deployment_s_list_wrapped_before_still_unwraps(arn: str) -> None:
    wrapper = KmsWrapper(kms(arn), arn, LIST)
    assert wrapper.unwrap(LIST.wrap(KEY, "subject-key:1"), "subject-key:1") == KEY


def test_a_service_that_refuses_is_a_store_that_is_away(arn: str) -> None:
    wrapped = KmsWrapper(kms(arn), arn, LIST).wrap(KEY, "subject-key:1")
    no_key = f"{arn[:-12]}000000000000"
    torn = wrapped[:40] + b"?" + wrapped[41:]  # the data key is not one of the service's
    with pytest.raises(StoreUnavailable) as caught:
        KmsWrapper(kms(no_key), no_key, LIST).wrap(KEY, "subject-key:1")
    assert caught.value.reason == "kms-NotFoundException"
    with pytest.raises(StoreUnavailable):
        KmsWrapper(kms(arn), arn, LIST).unwrap(torn, "subject-key:1")


def test_a_name_without_a_region_is_refused_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nothing")
    with pytest.raises(ConfigError, match="whole ARN"):
        kms("alias/inlay")
