"""Events are signed as Standard Webhooks has it, are sent beside the save, and never fail it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from app.demo.crm.events import EventSender

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *answers: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/events/crm"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ended(sender: EventSender, event: str) -> dict[str, object]:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        state = sender.state(event)
        assert state is not None
        if state["state"] != "sending":
            return state
        time.sleep(0.01)
    raise AssertionError("the event was not sent within 5 s")


def test_the_official_library_verifies_it(receiver: Receiver) -> None:
    sender = EventSender([receiver.url], SECRET)
    assert ended(sender, sender.changed("Lead/1", ["Title"]))["state"] == "delivered"
    headers, body = receiver.got[0]
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)
    assert json.loads(body)["type"] == "record.changed"
    assert json.loads(body)["data"] == {"record": "Lead/1", "fields": ["Title"]}


def test_tries_again_where_that_can_help(receiver: Receiver) -> None:
    receiver.answers = [503]
    sender = EventSender([receiver.url], SECRET)
    assert ended(sender, sender.changed("Lead/1", ["Title"]))["state"] == "delivered"
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(ids) == 2
    assert ids[0] == ids[1]  # the receiver can tell that it is the same event


def test_a_refusal_is_told_and_not_repeated(receiver: Receiver) -> None:
    receiver.answers = [401]
    sender = EventSender([receiver.url], SECRET)
    state = ended(sender, sender.changed("Lead/1", ["Title"]))
    assert (state["state"], len(receiver.got)) == ("failed", 1)
    assert "401" in str(state["detail"])


def test_one_dead_target_does_not_hide_the_other(receiver: Receiver) -> None:
    sender = EventSender(["http://127.0.0.1:9/events/x", receiver.url], SECRET)
    state = ended(sender, sender.changed("Lead/1", ["Title"]))
    assert state["state"] == "failed"
    assert len(receiver.got) == 1


def test_states_are_kept_within_bounds(receiver: Receiver) -> None:
    sender = EventSender([receiver.url], SECRET)
    first = sender.changed("Lead/0", ["Title"])
    for number in range(201):
        last = sender.changed(f"Lead/{number}", ["Title"])
    assert sender.state(first) is None
    assert ended(sender, last)["state"] == "delivered"
