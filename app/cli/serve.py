"""`inlay serve`: the processes of a node, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import click
from granian.constants import Interfaces
from granian.server import MPServer

from app.application import build, create_app
from app.cli._apart import apart
from app.cli._config import CONFIG, load, upgraded, words
from app.config import Settings
from app.net.ports import is_free
from app.node import Node

FINISH_S = 15  # for requests and jobs at hand, once no new ones come


class Server(MPServer):
    """Granian, ended in steps: unready at first, then without new connections, then not at all.

    The second signal ends it at once, and what is in flight with it.
    """

    def __init__(self, node: Node, drain_s: float, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._node, self._drain_s = node, drain_s

    def signal_handler_interrupt(self, *_: Any) -> None:
        """The first signal, which makes the node unready and ends it after its drain, and those after it."""
        if self._node.is_draining:
            self._end()
            for worker in self.wrks:
                worker.kill()  # type: ignore[no-untyped-call] # granian has no types here
        else:
            self._node.drain()
            timer = threading.Timer(self._drain_s, self._end)
            timer.daemon = True
            timer.start()

    def _end(self) -> None:
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


@click.command()
@CONFIG
def serve(path: Path) -> None:
    """Serve panels; background jobs run beside, in the same processes.

    SIGTERM or Ctrl-C: unready for `[server] drain`, then what is in flight is answered, then it ends. A second one
    ends it at once.
    """
    with apart():
        settings = load(path)
        upgraded(settings)
        _check(settings)
    server = settings.server
    if not is_free(server.bind, server.port):
        click.echo(
            f"{server.bind}:{server.port} is taken, or not ours. End what listens there, or mend [server] port.",
            err=True,
        )
        sys.exit(1)
    with tempfile.TemporaryDirectory(prefix="inlay-") as folder:
        os.environ["INLAY_CONFIG"], os.environ["INLAY_NODE"] = str(path.resolve()), folder
        _share()
        _server(settings, Node(Path(folder))).serve()


def _server(settings: Settings, node: Node) -> Server:
    server = settings.server
    return Server(
        node,
        server.drain,
        "app.reloader:from_environment",
        factory=True,
        interface=Interfaces.WSGI,
        address=server.bind,
        port=server.port,
        workers=server.workers or os.cpu_count() or 1,
        blocking_threads=server.threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH_S,
        log_access=False,  # addresses hold record ids
        ssl_cert=server.tls_certificate,
        ssl_key=server.tls_key,
    )


def _check(settings: Settings) -> None:
    """Build everything once: what is wrong is said here, not by worker after worker that does not start.

    What does not belong to one process (templates, addresses) is there for all of them then.
    """
    with words():
        parts, _ = build(settings)
        create_app(parts)
        parts.close()


def _share() -> None:
    """Workers begin with what was read and built here. By the default of Python 3.14 each would read it again."""
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
