"""The server's beginning, and its end step by step; with real processes in tests/proof/test_nodes.py."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli._apart import apart
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


def test_what_is_made_apart_is_not_looked_at_again() -> None:
    with apart():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    looked_at = {id(each) for each in gc.get_objects()}
    assert not any(id(each) in looked_at for each in made)


def test_an_error_apart_leaves_the_collector_at_work() -> None:
    with pytest.raises(ZeroDivisionError), apart():
        print(1 // 0)
    assert gc.isenabled()


def test_nothing_is_set_apart_where_nothing_is_collected() -> None:
    gc.disable()
    try:
        before = gc.get_freeze_count()
        with apart():
            made = [[number] for number in range(1000)]
        assert (gc.isenabled(), len(made), gc.get_freeze_count()) == (False, 1000, before)
    finally:
        gc.enable()


def test_a_command_is_read_apart() -> None:
    """In a process of its own: in this one most is read already."""
    code = "import gc; from app.cli import main; main.get_command(None, 'serve'); print(gc.get_freeze_count())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(said) > 100_000
