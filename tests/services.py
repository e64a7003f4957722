"""Real services for tests: those that are named or found on this machine, else private ones.

`INLAY_TEST_POSTGRES`, `INLAY_TEST_REDIS` and `INLAY_TEST_RABBITMQ` name them by their URLs. Where they are not set, the
standard ports of this machine are looked at. `python -m tests.services COMMAND` starts private ones for the command
where neither has a service and the binaries are here, and ends them with it. `INLAY_TEST_SERVICES=required` makes a
failure of what would be skipped.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pytest
from sqlalchemy import NullPool, create_engine, make_url

POSTGRES, REDIS, RABBITMQ = "INLAY_TEST_POSTGRES", "INLAY_TEST_REDIS", "INLAY_TEST_RABBITMQ"
REQUIRED = "INLAY_TEST_SERVICES"
_STANDARD = {
    POSTGRES: "postgresql+psycopg://root@127.0.0.1:5432/test",
    REDIS: "redis://127.0.0.1:6379/0",
    RABBITMQ: "amqp://guest:guest@127.0.0.1:5672/%2F",
}
_START_S = 60.0


def url(name: str) -> str:
    """The service's URL. Skips the test where there is none, or fails it where services are required."""
    found = find(name)
    if found is None:
        sentence = f"There is no {name[11:].title()}: set {name}, or install it and run make test."
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


@functools.cache
def find(name: str) -> str | None:
    """The URL that was set, or the standard one if somebody lets us in there."""
    named = os.environ.get(name)
    if named:
        return named
    return _STANDARD[name] if _answers(name, _STANDARD[name]) else None


def _answers(name: str, url: str) -> bool:
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname, address.port), timeout=0.5) as conn:
            if name == REDIS:
                conn.sendall(b"PING\r\n")
                return conn.recv(16).startswith(b"+PONG")
        if name == RABBITMQ:
            _no_words_of_pika()
            pika.BlockingConnection(pika.URLParameters(url)).close()
            return True
        create_engine(url, poolclass=NullPool).connect().close()
    except Exception:  # noqa: BLE001 whatever is missing: server, driver, role, database
        return False
    return True


def _no_words_of_pika() -> None:
    """What it logs of a server that is not there yet is expected."""
    logging.getLogger("pika").setLevel(logging.CRITICAL)


@dataclass
class Service:
    """A server of our own, which a test may stop, starve or kill."""

    url: str
    command: Sequence[str]
    user: str | None
    process: subprocess.Popen[bytes]
    env: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Again, on the same port and with the same data."""
        self.process = _spawned(self.command, self.user, self.env)
        _wait(self.url, self.process)

    def kill(self) -> None:
        """With all that it started: a script waits for its server."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        """It takes connections and answers nobody."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for each in (self.process.pid, *_children(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def end(self) -> None:
        self.go_on()
        self.process.send_signal(signal.SIGINT)  # to PostgreSQL: end now, whoever is connected
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


@contextlib.contextmanager
def private_redis() -> Iterator[Service]:
    """A Redis of our own that keeps nothing on disk. Skips where there is no redis-server."""
    binary = _binary("redis-server")
    with _folder(None) as folder:
        port = free_port()
        command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with _running(f"redis://127.0.0.1:{port}/0", [*command, "--dir", str(folder)], None) as service:
            yield service


@contextlib.contextmanager
def private_postgres() -> Iterator[Service]:
    """A PostgreSQL of our own with an empty database `test`. Skips where there is no initdb."""
    initdb, server = _binary("initdb"), _binary("postgres")
    user = _unprivileged()
    with _folder(user) as folder:
        port, data = free_port(), str(folder / "data")
        made = [initdb, "-D", data, "-U", "inlay", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder, env=_plain())
        command = [server, "-D", data, "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        command += ["-c", "fsync=off", "-c", "max_connections=200"]
        with _running(f"postgresql+psycopg://inlay@127.0.0.1:{port}/postgres", command, user) as service:
            yield service


@contextlib.contextmanager
def private_rabbitmq() -> Iterator[Service]:
    """A RabbitMQ of our own, with nothing in it. Skips where there is no rabbitmq-server.

    The server itself, and not the script around it, which wants to be somebody else.
    """
    erlang, home = _binary("erl"), next(iter(sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))), None)
    if home is None:
        pytest.skip("There is no rabbitmq-server on this machine.")
    with _folder(None) as folder:
        port = free_port()
        env = {
            "HOME": str(folder),
            "RABBITMQ_HOME": str(home),
            "RABBITMQ_NODENAME": f"inlay{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_SERVER_START_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "PATH": f"{Path(erlang).parent}:{os.environ['PATH']}",
        }
        url = f"amqp://guest:guest@127.0.0.1:{port}/%2F"
        with _running(url, [str(home / "sbin" / "rabbitmq-server")], None, env) as service:
            yield service


@contextlib.contextmanager
def _running(
    url: str, command: Sequence[str], user: str | None, env: Mapping[str, str] | None = None
) -> Iterator[Service]:
    service = Service(url, command, user, _spawned(command, user, env or {}), env or {})
    try:
        _wait(url, service.process)
        yield service
    finally:
        service.end()


def _spawned(command: Sequence[str], user: str | None, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdout=quiet, stderr=quiet, user=user, cwd="/", env=_plain() | dict(env), start_new_session=True
    )


def _plain() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C"}


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_S
    name = {"redis": REDIS, "amqp": RABBITMQ}.get(urlsplit(url).scheme, POSTGRES)
    while not _answers(name, url):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} does not answer")
        time.sleep(0.05)


@contextlib.contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="inlay-service-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then somebody else does it."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _binary(name: str) -> str:
    places = [os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        pytest.skip(f"There is no {name} on this machine.")
    return found


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main(command: Sequence[str]) -> int:
    """Run a command with services at hand; its exit code."""
    with contextlib.ExitStack() as stack:
        for name, private in (
            (POSTGRES, private_postgres),
            (REDIS, private_redis),
            (RABBITMQ, private_rabbitmq),
        ):
            if find(name) is None:
                with contextlib.suppress(pytest.skip.Exception):
                    os.environ[name] = stack.enter_context(private()).url
            sys.stderr.write(f"{name[11:].title()}: {_public(os.environ.get(name) or find(name))}\n")
        return subprocess.run(command, check=False).returncode


def _public(url: str | None) -> str:
    return make_url(url).render_as_string() if url else "none; its tests are skipped"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
