"""The table that turns every error of urllib3 into one of ours. A test proves that it is complete.

urllib3 is used without requests in between, because requests folds "nothing was sent" and "it broke after
sending" into one ConnectionError, and whether a call may be repeated hangs on exactly that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from urllib3 import exceptions as u3

from app.errors import AddressRefused, ConnectFailed, ExchangeFailed, InlayError, OutboundError, TimedOut

# The most specific class that fits decides. `reason` goes to the audit and to the admin.
TABLE: dict[type[Exception], tuple[type[OutboundError], str]] = {
    # nothing was sent
    u3.ConnectTimeoutError: (ConnectFailed, "connect-timeout"),
    u3.NewConnectionError: (ConnectFailed, "connect-refused"),
    u3.NameResolutionError: (ConnectFailed, "name-unknown"),
    u3.SSLError: (ConnectFailed, "tls-failed"),
    u3.ProxyError: (ConnectFailed, "proxy-failed"),
    u3.ProxySchemeUnknown: (ConnectFailed, "proxy-failed"),
    u3.ProxySchemeUnsupported: (ConnectFailed, "proxy-failed"),
    u3.PoolError: (ConnectFailed, "pool-failed"),
    # the address itself
    u3.LocationValueError: (AddressRefused, "address-malformed"),
    u3.HostChangedError: (AddressRefused, "address-malformed"),
    # the time
    u3.TimeoutError: (TimedOut, "timed-out"),
    u3.TimeoutStateError: (TimedOut, "timed-out"),
    TimeoutError: (TimedOut, "timed-out"),
    # after something was sent
    u3.RequestError: (ExchangeFailed, "exchange-failed"),
    u3.ReadTimeoutError: (TimedOut, "timed-out"),
    u3.MaxRetryError: (ExchangeFailed, "exchange-failed"),
    u3.ProtocolError: (ExchangeFailed, "connection-broken"),
    u3.DecodeError: (ExchangeFailed, "encoding-broken"),
    u3.HTTPError: (ExchangeFailed, "exchange-failed"),
    OSError: (ExchangeFailed, "connection-broken"),
    # our own request was not one: a header with a line break, for example
    ValueError: (OutboundError, "request-malformed"),
}


def translate(error: Exception) -> OutboundError:
    """Our error for one of theirs."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            ours, reason = TABLE[kind]
            return ours(reason=reason)
    raise error


@contextmanager
def translated() -> Iterator[None]:
    """What leaves this block is ours."""
    try:
        yield
    except InlayError:
        raise  # already ours: the address rule or a size cap
    except tuple(TABLE) as error:
        # Without a cause: their texts hold addresses, and ours may be written to a log.
        raise translate(error) from None
