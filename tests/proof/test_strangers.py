"""A real server among strangers: pages whose policy the browser finds no breach of, and clients that never finish."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from tests.proof.nodes import Process, serving

pytestmark = pytest.mark.proof
SLOW = 300  # clients
WATCH = """document.addEventListener("securitypolicyviolation",
  event => console.error(`breach of ${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`))"""
PAGES = (
    "/", "/docs", "/launch/acme?component=score-badge", "/launch/nobody", "/nothing", "/oauth/acme/start",
    "/admin", "/admin/connections/acme", "/admin/connections/acme/rollout", "/admin/connections/acme/why",
    "/admin/connections/acme/api-keys", "/admin/connections/acme/leaving", "/admin/connections/acme/arrival",
    "/admin/connections/acme/write-back", "/admin/audit", "/admin/configuration", "/admin/configuration/edit",
    "/admin/configuration/secrets", "/admin/decisions", "/admin/rollback", "/admin/cores/try", "/admin/hosts/add",
    "/admin/hosts/add/guest", "/admin/figures", "/admin/alerts", "/admin/jobs", "/admin/imports", "/admin/origins",
)  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("node")
    with serving(folder, f"sqlite:///{folder}/inlay.db", "http://127.0.0.1:9") as [one]:
        yield one


def link(node: Process) -> str:
    command = [node.command[0], "admin", "link", "--json", "-c", node.command[-1]]
    done = subprocess.run(command, env=node.environment, capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["url"])


@pytest.mark.browser
def test_no_page_breaks_its_own_policy(chromium: Browser, node: Process) -> None:
    context = chromium.new_context()
    context.add_init_script(WATCH)
    page, heard = context.new_page(), []
    page.on("console", lambda said: heard.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.goto(link(node))  # whose own script comes in with it
    page.get_by_role("heading", name="Connections").or_(page.get_by_role("navigation")).first.wait_for()
    home = node.url.replace("127.0.0.1", "localhost")
    for path in PAGES:
        answer = page.goto(f"{home}{path}", wait_until="load")
        assert answer is not None
        assert answer.status < 500, path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path
    context.close()
    # that an address is not there, or not to be seen, is said by the browser too
    assert [each for each in heard if "the server responded with a status of 4" not in each] == []


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
    ],
    ids=["headers", "bodies"],
)
def test_clients_that_never_finish_hold_nobody_else_up(node: Process, begun: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", node.port), timeout=5))
            client.sendall(begun)
        worst = 0.0
        for _ in range(20):
            started = time.monotonic()
            assert requests.get(f"{node.url}/healthz", timeout=10).ok
            worst = max(worst, time.monotonic() - started)
            time.sleep(0.05)
        assert worst < 2.0
    node.wait_ready()


TWICE = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
GARBAGE = (
    b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", TWICE, b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000,
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
)  # fmt: skip


def test_a_server_that_was_sent_garbage_goes_on(node: Process) -> None:
    for sent in GARBAGE:
        with suppress(OSError), socket.create_connection(("127.0.0.1", node.port), timeout=5) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65_536):
                pass
        assert requests.get(f"{node.url}/healthz", timeout=10).ok


def test_the_log_has_no_line_of_a_stranger_s(node: Process) -> None:
    requests.get(
        f"{node.url}/launch/acme", params={"component": "a\nforged"}, headers={"User-Agent": "forged"}, timeout=10
    )
    assert "forged" not in Path(node.log).read_text()
