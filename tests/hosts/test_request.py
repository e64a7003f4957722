"""A signed request as one text: what was written is read again, and nothing else is."""

from __future__ import annotations

import json

import pytest

from app.errors import LaunchRefused
from app.hosts._request import SignedRequest, parameters, read, written

GOOD = SignedRequest("POST", "https://inlay.example.com/launch/x?a=%C3%A4", '{"a": "ä"}', {"x-signature": "s="})


def test_it_is_read_as_it_was_written() -> None:
    assert read(written(GOOD)) == GOOD
    assert written(GOOD).isascii()


@pytest.mark.parametrize(
    "change",
    [{"method": 7}, {"address": "a\nb"}, {"body": None}, {"headers": []}, {"headers": {"x": 1}}, {"more": 1}],
)
def test_what_is_no_request_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(LaunchRefused):
        read(json.dumps(json.loads(written(GOOD)) | change))


def test_each_part_of_a_query_counts_once_and_as_it_is() -> None:
    assert parameters("a=1&b=%C3%A4+x&c=") == {"a": "1", "b": "ä x", "c": ""}
    assert parameters("") == {}
    for wrong in ("a=1&a=1", "a", "a=%ff", "&".join(f"p{n}=1" for n in range(51))):
        with pytest.raises(LaunchRefused):
            parameters(wrong)
