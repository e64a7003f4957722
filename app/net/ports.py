"""Ports that we listen on: taken by nobody else, because the server itself would not notice."""

from __future__ import annotations

import socket


def family(bind: str) -> socket.AddressFamily:
    """The kind of an address to listen on."""
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def is_free(bind: str, port: int) -> bool:
    """Whether we may listen there alone.

    Each worker listens with SO_REUSEPORT, so a second server on the same port would start, and share the first
    one's requests at random. Binding once without that option fails beside a listening neighbour.
    """
    try:
        with socket.socket(family(bind), socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bind, port))
    except OSError:
        return False
    return True
