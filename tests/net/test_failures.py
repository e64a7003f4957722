"""The table of errors is complete: nothing of urllib3's leaves the door, whatever urllib3 adds."""

from __future__ import annotations

import inspect

import pytest
from urllib3 import exceptions as u3

from app.errors import AnswerTooLarge, ConnectFailed, ExchangeFailed, OutboundError, TimedOut
from app.net.failures import TABLE, translate, translated

THEIRS = [
    kind
    for _, kind in inspect.getmembers(u3, inspect.isclass)
    if issubclass(kind, Exception) and not issubclass(kind, Warning) and kind.__module__ == u3.__name__
]


def bare(kind: type[Exception]) -> Exception:
    """An error of that class, without its constructor: only its class decides."""
    return kind.__new__(kind)


def test_the_walk_finds_them_all() -> None:
    assert {u3.HTTPError, u3.NewConnectionError, u3.ProxySchemeUnsupported} <= set(THEIRS)
    assert len(THEIRS) > 25


@pytest.mark.parametrize("kind", THEIRS, ids=lambda kind: kind.__name__)
def test_every_error_of_urllib3_becomes_ours(kind: type[Exception]) -> None:
    with pytest.raises(OutboundError) as caught, translated():
        raise bare(kind)
    assert caught.value.reason not in {"", OutboundError.code}
    assert caught.value.__suppress_context__  # their texts hold addresses


@pytest.mark.parametrize("kind", [kind for kind in THEIRS if issubclass(kind, u3.ConnectTimeoutError)])
def test_what_fails_before_sending_says_so(kind: type[Exception]) -> None:
    """A retry of a call that is not safe to repeat hangs on this."""
    error = translate(bare(kind))
    assert isinstance(error, ConnectFailed)
    assert not error.sent


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        (u3.SSLError, ConnectFailed),
        (u3.ReadTimeoutError, TimedOut),
        (u3.ProtocolError, ExchangeFailed),
        (u3.IncompleteRead, ExchangeFailed),
        (u3.DecodeError, ExchangeFailed),
        (TimeoutError, TimedOut),
        (ConnectionResetError, ExchangeFailed),
        (UnicodeEncodeError, OutboundError),
    ],
)
def test_the_most_specific_row_decides(kind: type[Exception], ours: type[OutboundError]) -> None:
    assert type(translate(bare(kind))) is ours


def test_errors_of_ours_pass_and_mistakes_of_ours_are_not_hidden() -> None:
    with pytest.raises(AnswerTooLarge), translated():
        raise AnswerTooLarge
    with pytest.raises(KeyError), translated():
        raise KeyError


def test_no_row_is_dead() -> None:
    """Each row of urllib3's names a class that exists and that decides for at least one error."""
    deciding = {next(base for base in kind.__mro__ if base in TABLE) for kind in THEIRS}
    assert {kind for kind in TABLE if kind.__module__ == u3.__name__} <= deciding
