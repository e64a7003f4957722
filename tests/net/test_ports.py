"""A port is free when nobody listens there, also not one who would share it."""

from __future__ import annotations

import socket

from app.net.ports import is_free


def test_a_port_with_a_listener_is_taken_and_free_afterwards() -> None:
    with socket.socket() as neighbour:
        neighbour.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the server's workers do
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]
        assert not is_free("127.0.0.1", port)
    assert is_free("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_not_free() -> None:
    assert not is_free("192.0.2.1", 8000)
