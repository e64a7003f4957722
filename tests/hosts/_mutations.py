"""The small changes that spoil a good launch, as functions from a builder to an attempt."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the proofs of all hosts are made with these changes
    from tests.hosts._proofs import Attempt

Mutate = Callable[[Any], "Attempt"]


def said(_dotted: dict[str, Any] | None = None, **claims: Any) -> Mutate:
    """The proof says something else; None takes a claim away."""

    def mutate(builder: Any) -> Attempt:
        for name, value in ((_dotted or {}) | claims).items():
            builder = builder.said(name, value)
        return builder.attempt()

    return mutate


def asked(**changes: Any) -> Mutate:
    """The request around the proof is another one."""
    return lambda builder: builder.asked(**changes).attempt()


def raw(change: Callable[[str], str]) -> Mutate:
    """The text of the good proof is changed."""
    return lambda builder: builder.raw(change(builder.proof()))


def text(written: bytes) -> Mutate:
    """The proof holds these bytes, correctly signed."""
    return lambda builder: builder.text(written).attempt()


def headed(**header: Any) -> Mutate:
    return lambda builder: builder.headed(**header).attempt()


def signed(algorithm: str, key: Any, **header: Any) -> Mutate:
    return lambda builder: builder.signed(algorithm, key).headed(**header).attempt()


def under(head: bytes) -> Mutate:
    """The good proof under another header, its old signature still there."""
    begins = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
    return raw(lambda proof: ".".join([begins, *proof.split(".")[1:]]))
