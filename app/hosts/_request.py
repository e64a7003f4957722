"""Proofs that are a whole signed request, written as one text: so they travel and are counted as any other proof.

Where a host signs the address, every letter of it counts. It is put together from what we are called and what came
after the question mark, as it came: never from what a framework has read and written again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.hosts._claims import is_text, read_object
from app.hosts._reasons import refused

MAX_PROOF = 65_536
MAX_ADDRESS = 8_192
MAX_PARTS = 50


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One request as it came in."""

    method: str
    address: str  # whole, with its query
    body: str
    headers: Mapping[str, str]  # those that the host's form names, in small letters


def written(request: SignedRequest) -> str:
    """The proof's text."""
    return json.dumps(
        {"method": request.method, "address": request.address, "body": request.body, "headers": {**request.headers}},
        ensure_ascii=True,
        separators=(",", ":"),
    )


def read(proof: str) -> SignedRequest:
    """What `written` wrote. Raises LaunchRefused."""
    if len(proof) > MAX_PROOF:
        raise refused("too-large")
    said = read_object(proof.encode("utf-8", "surrogatepass")) if proof.isascii() else {}
    method, address, body, headers = (said.get(name) for name in ("method", "address", "body", "headers"))
    sound = (
        said.keys() == {"method", "address", "body", "headers"}
        and is_text(method, 10)
        and is_text(address, MAX_ADDRESS)
        and isinstance(body, str)
        and isinstance(headers, dict)
        and all(is_text(each, 4_096) for each in headers.values())
    )
    if not sound:
        raise refused("malformed")
    return SignedRequest(str(method), str(address), str(body), dict(said["headers"]))


def parameters(query: str) -> dict[str, Any]:
    """Each part of a query once. Two of one name could be read in two ways. Raises LaunchRefused."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_PARTS)
    except ValueError as error:
        raise refused("malformed") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refused("duplicate-key")
    return found
