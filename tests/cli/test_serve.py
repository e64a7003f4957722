"""The server's end, step by step; with real processes in tests/proof/test_nodes.py."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from app.cli.serve import Server
from app.node import Node


class Worker:
    killed = False

    def kill(self) -> None:
        self.killed = True


def server(node: Node, drain_s: float) -> Server:
    made = Server(node, drain_s, "app.reloader:from_environment", factory=True)
    made.wrks = [Worker()]
    return made


def test_at_the_first_signal_it_is_unready_and_ends_after_the_drain(tmp_path: Path) -> None:
    node = Node(tmp_path)
    ending = server(node, 0.2)
    began = time.monotonic()
    ending.signal_handler_interrupt(signal.SIGTERM, None)
    assert node.is_draining
    assert not ending.interrupt_signal
    assert ending.main_loop_interrupt.wait(5)
    assert ending.interrupt_signal
    assert time.monotonic() - began >= 0.2
    assert not ending.wrks[0].killed


def test_at_the_second_signal_it_ends_at_once(tmp_path: Path) -> None:
    ending = server(Node(tmp_path), 3600)
    for number in (signal.SIGINT, signal.SIGTERM):
        ending.signal_handler_interrupt(number, None)
    assert ending.interrupt_signal
    assert ending.wrks[0].killed
