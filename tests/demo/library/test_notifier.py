"""Notifications: nobody is told who did not agree, everybody else is, and a restart forgets none of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.demo.library.notifier import Notifier
from tests.net.server import Site, answer, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def agreeing(handler: BaseHTTPRequestHandler) -> None:
    token = parse_qs(urlsplit(handler.path).query).get("validationToken", [""])[0]
    answer(handler, 200 if token else 202, token.encode(), Content_Type="text/plain; charset=utf-8")


class Everything(dict[str, Callable[[BaseHTTPRequestHandler], object]]):
    """One answer at every address."""

    def __init__(self, reply: Callable[[BaseHTTPRequestHandler], object]) -> None:
        super().__init__()
        self.reply = reply

    def get(self, *_: Any) -> Any:
        return self.reply


def wanted(site: Site, **more: Any) -> dict[str, Any]:
    ends = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    url = f"{site.url}/events/library"
    return {"notificationUrl": url, "clientState": "s3cret", "expirationDateTime": ends, **more}


def settled(notifier: Notifier, count: int) -> list[str]:
    until = time.monotonic() + 5
    while len(notifier.sent) < count and time.monotonic() < until:
        time.sleep(0.01)
    return [each.state for each in notifier.sent]


def test_who_agreed_is_told_with_the_secret_and_no_more(tmp_path: Path, site: Site) -> None:
    site.routes = Everything(agreeing)
    notifier = Notifier(tmp_path / "subscriptions.json")
    made = notifier.subscribe(wanted(site), "token")
    assert "clientState" not in made
    Notifier(tmp_path / "subscriptions.json").all()
    notifier.changed()
    assert settled(notifier, 1) == ["delivered"]
    [told] = json.loads(site.seen[-1].body)["value"]
    assert (told["subscriptionId"], told["clientState"], told["changeType"]) == (made["id"], "s3cret", "updated")
    assert "id" not in told  # which document is asked of the API


def test_who_does_not_answer_with_the_token_is_not_subscribed(tmp_path: Path, site: Site) -> None:
    notifier = Notifier(tmp_path / "subscriptions.json")
    for reply in (
        lambda handler: answer(handler, 200, b"ok", Content_Type="text/plain"),
        lambda handler: answer(handler, 200, b"Validation: token", Content_Type="text/html"),
        lambda handler: answer(handler, 403, b"Validation: token", Content_Type="text/plain"),
    ):
        site.routes = Everything(reply)
        with pytest.raises(ValueError, match="validation token"):
            notifier.subscribe(wanted(site), "token")
    assert notifier.all() == []


@pytest.mark.parametrize("ends", ["", "soon", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_an_end_that_cannot_be(tmp_path: Path, site: Site, ends: str) -> None:
    with pytest.raises(ValueError, match="expirationDateTime"):
        Notifier(tmp_path / "s.json").subscribe(wanted(site, expirationDateTime=ends), "token")


def test_a_restart_forgets_none_and_a_removed_one_is_gone(tmp_path: Path, site: Site) -> None:
    site.routes = Everything(agreeing)
    path = tmp_path / "subscriptions.json"
    made = Notifier(path).subscribe(wanted(site), "token")
    again = Notifier(path)
    assert [each.id for each in again.all()] == [made["id"]]
    assert again.renew(made["id"], wanted(site)) is not None
    assert again.renew("other", wanted(site)) is None
    again.lifecycle("subscriptionRemoved")
    assert settled(again, 1) == ["delivered"]
    assert json.loads(site.seen[-1].body)["value"][0]["lifecycleEvent"] == "subscriptionRemoved"
    assert Notifier(path).all() == []
