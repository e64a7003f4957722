"""The door against a real server: deadline, sizes, addresses, redirects, TLS; and nothing but our errors."""

from __future__ import annotations

import gzip
import logging
import socket
import time
import tracemalloc
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from app.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    ConnectFailed,
    ExchangeFailed,
    OutboundError,
    RedirectRefused,
    TimedOut,
)
from app.net.door import Door, Request, Response
from tests.net.certificates import self_signed
from tests.net.server import Site, answer, serving

Handler = BaseHTTPRequestHandler


def get(site: Site, path: str = "/", **kwargs: object) -> Request:
    return Request("GET", site.url + path, **kwargs)  # type: ignore[arg-type]


def test_an_answer_is_a_value(door: Door, site: Site) -> None:
    site.routes["/a"] = lambda handler: answer(handler, 404, b'{"x": [1]}', Content_Type="application/json")
    response = door.call(get(site, "/a"))
    assert (response.status, response.ok) == (404, False)
    assert response.json() == {"x": [1]}
    assert response.headers["content-type"] == response.headers["CONTENT-TYPE"] == "application/json"
    assert response.url == site.url + "/a"
    assert 0 < response.took_s < 2


def test_contents_say_what_they_are(door: Door, site: Site) -> None:
    door.call(Request("POST", site.url + "/j", json={"größe": "\ud800"}))
    door.call(Request("POST", site.url + "/f", form={"a": "b c", "ü": "&"}))
    door.call(Request("PUT", site.url + "/b", body=b"\0raw", headers={"Content-Type": "x/y"}))
    sent = [(seen.method, seen.headers.get("Content-Type"), seen.body) for seen in site.seen]
    assert sent == [
        ("POST", "application/json", rb'{"gr\u00f6\u00dfe":"\ud800"}'),
        ("POST", "application/x-www-form-urlencoded", b"a=b+c&%C3%BC=%26"),
        ("PUT", "x/y", b"\0raw"),
    ]


def test_a_request_has_one_body() -> None:
    with pytest.raises(ValueError, match="one body"):
        Request("POST", "https://x.example", json={}, form={})


def test_connections_are_kept_alive(door: Door, site: Site) -> None:
    for _ in range(3):
        door.call(get(site))
    assert len({seen.peer for seen in site.seen}) == 1


def test_a_connection_stays_usable_after_a_call_that_used_up_its_time(door: Door, site: Site) -> None:
    """What little time the last read of one call had left must not become the next call's timeout."""
    site.routes["/slow"] = lambda handler: (time.sleep(0.15), answer(handler))
    door.call(get(site, "/slow", deadline_s=0.3))
    assert door.call(get(site, "/slow", deadline_s=1.0)).ok
    assert len({seen.peer for seen in site.seen}) == 1


def test_cookies_are_not_kept(door: Door, site: Site) -> None:
    site.routes["/"] = lambda handler: answer(handler, Set_Cookie="a=b")
    door.call(get(site))
    door.call(get(site))
    assert "Cookie" not in site.seen[1].headers


def test_proxies_and_netrc_of_the_environment_are_ignored(
    door: Door, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert door.call(get(site)).ok


# --- addresses ---


def test_a_private_peer_is_refused_before_anything_is_sent(site: Site) -> None:
    for url in (
        site.url,
        site.url.replace("127.0.0.1", "localhost"),
        f"http://[::ffff:127.0.0.1]:{site.port}",
    ):
        with pytest.raises(AddressRefused) as caught:
            Door().call(Request("GET", url))
        assert not caught.value.sent
    assert site.seen == []


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_other_spellings_of_loopback_are_refused(site: Site, spelling: str) -> None:
    with pytest.raises(OutboundError):
        Door().call(Request("GET", f"http://{spelling}:{site.port}/"))
    assert site.seen == []


def test_a_name_that_changes_its_address_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: whatever the name answered before, the address that is connected to is judged."""
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def getaddrinfo(host: str, port: int, *args: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert socket.getaddrinfo("rebind.example", site.port)[0][4][0] == "93.184.216.34"  # a check beforehand
    with pytest.raises(AddressRefused) as caught:
        Door().call(Request("GET", f"http://rebind.example:{site.port}/"))
    assert caught.value.reason == "address-private"
    assert site.seen == []


def test_a_name_with_several_addresses_is_called_at_an_allowed_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, port: int, *args: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("10.0.0.1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert Door(allow_private=["127.0.0.0/8"]).call(Request("GET", f"http://two.example:{site.port}/")).ok


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "https://user:password@example.com/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1/",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Door().call(Request("GET", url))


def test_a_header_with_a_line_break_is_refused(door: Door, site: Site) -> None:
    with pytest.raises(OutboundError) as caught:
        door.call(get(site, headers={"Authorization": "Bearer x\r\nX-Evil: 1"}))
    assert caught.value.reason == "request-malformed"
    assert site.seen == []


def test_numbers_that_are_not_json_are_not_sent(door: Door, site: Site) -> None:
    with pytest.raises(OutboundError) as caught:
        door.call(Request("POST", site.url, json={"x": float("nan")}))
    assert caught.value.reason == "request-malformed"
    assert site.seen == []


# --- time ---


def drip_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    drip(handler)


def drip_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(handler)


def drip(handler: Handler) -> None:
    for _ in range(40):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize(
    "behave",
    [lambda handler: time.sleep(1.5), drip_head, drip_body],
    ids=["silent", "drip-head", "drip-body"],
)
def test_the_deadline_is_for_the_whole_answer(door: Door, site: Site, behave: Callable[[Handler], object]) -> None:
    """Also for one that keeps sending a byte now and then, which a timeout per read would wait for."""
    site.routes["/"] = behave
    started = time.monotonic()
    with pytest.raises(TimedOut):
        door.call(get(site, deadline_s=0.2))
    assert time.monotonic() - started < 1.0  # the drip goes on for 2 s


def test_no_time_is_no_call(door: Door, site: Site) -> None:
    with pytest.raises(TimedOut):
        door.call(get(site, deadline_s=0.0))
    assert site.seen == []


# --- sizes ---


def test_a_body_over_its_cap_is_refused(door: Door, site: Site) -> None:
    site.routes["/"] = lambda handler: answer(handler, 200, b"x" * 100_001)
    with pytest.raises(AnswerTooLarge):
        door.call(get(site))
    site.routes["/"] = lambda handler: answer(handler, 200, b"x" * 100_000)
    assert len(door.call(get(site)).body) == 100_000
    with pytest.raises(AnswerTooLarge):
        door.call(get(site, max_bytes=99_999))


def test_a_body_without_end_is_left(door: Door, site: Site) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"2000\r\n" + b"x" * 8192 + b"\r\n")
        except OSError:
            pass

    site.routes["/"] = endless
    with pytest.raises(AnswerTooLarge):
        door.call(get(site))


def test_a_gzipped_body_is_unpacked(door: Door, site: Site) -> None:
    site.routes["/"] = lambda handler: answer(handler, 200, gzip.compress(b"hello"), Content_Encoding="gzip")
    assert door.call(get(site)).body == b"hello"


def test_a_decompression_bomb_is_left_while_it_grows(door: Door, site: Site) -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000, 9), 9)
    assert len(bomb) < 10_000
    site.routes["/"] = lambda handler: answer(handler, 200, bomb, Content_Encoding="gzip, gzip")
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            door.call(get(site))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_headers_have_a_cap(door: Door, site: Site) -> None:
    site.routes["/"] = lambda handler: answer(handler, 200, b"ok", **{f"X_{n}": "x" * 9_000 for n in range(10)})
    with pytest.raises(AnswerTooLarge) as caught:
        door.call(get(site))
    assert caught.value.reason == "headers-too-large"


def test_a_large_body_right_behind_the_headers_is_not_taken_for_headers(site: Site) -> None:
    site.routes["/"] = lambda handler: answer(handler, 200, b"x" * 1_000_000)
    assert len(Door(allow_private=["127.0.0.1"]).call(get(site)).body) == 1_000_000


# --- answers that are none ---


def hang_up(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def half(handler: Handler) -> None:
    answer(handler, 200, b"half", Content_Length="100")
    hang_up(handler)


@pytest.mark.parametrize(
    "behave",
    [
        hang_up,
        half,
        lambda handler: (handler.wfile.write(b"\x16\x03garbage\r\n\r\n"), hang_up(handler)),
        lambda handler: answer(handler, 200, b"not gzip", Content_Encoding="gzip"),
        lambda handler: answer(handler, 200, gzip.compress(b"x" * 99)[:15] + b"\xff" * 9, Content_Encoding="gzip"),
    ],
    ids=["hang-up", "half", "garbage", "not-gzip", "broken-gzip"],
)
def test_a_broken_exchange_is_one_error(door: Door, site: Site, behave: Callable[[Handler], object]) -> None:
    site.routes["/"] = behave
    with pytest.raises(ExchangeFailed):
        door.call(get(site))
    assert door.call(get(site, "/other")).ok  # and the pool is not poisoned by it


def test_nothing_answering_is_connect_failed(door: Door, site: Site) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        door = Door(allow_private=["127.0.0.1"])
        with pytest.raises(ConnectFailed) as caught:
            door.call(Request("GET", f"http://127.0.0.1:{closed.getsockname()[1]}/"))
    assert not caught.value.sent


def test_an_unknown_name_is_connect_failed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(ConnectFailed) as caught:
        door.call(Request("GET", "https://nowhere.example/"))
    assert caught.value.reason == "name-unknown"


# --- redirects ---


def to(location: str, status: int = 302) -> Callable[[Handler], object]:
    return lambda handler: answer(handler, status, b"", Location=location)


def test_redirects_within_the_origin_are_followed(door: Door, site: Site) -> None:
    site.routes |= {"/1": to("/2"), "/2": to(f"{site.url}/3?x=1#y", 307), "/3": to("4", 308)}
    response = door.call(get(site, "/1", headers={"Authorization": "Bearer x"}))
    assert response.ok
    assert response.url == site.url + "/4"
    assert [seen.path for seen in site.seen] == ["/1", "/2", "/3?x=1", "/4"]
    assert all(seen.headers["Authorization"] == "Bearer x" for seen in site.seen)


def test_a_loop_of_redirects_ends(door: Door, site: Site) -> None:
    site.routes["/1"] = to("/1")
    with pytest.raises(RedirectRefused):
        door.call(get(site, "/1"))
    assert len(site.seen) == 4


@pytest.mark.parametrize("location", ["http://localhost:{port}/", "//127.0.0.1:1/", "https://127.0.0.1:{port}/"])
def test_redirects_to_another_origin_are_refused(door: Door, site: Site, location: str) -> None:
    site.routes["/1"] = to(location.format(port=site.port))
    with pytest.raises(RedirectRefused):
        door.call(get(site, "/1"))
    assert len(site.seen) == 1


def test_a_call_that_changes_something_is_not_redirected(door: Door, site: Site) -> None:
    site.routes["/1"] = to("/2", 303)
    with pytest.raises(RedirectRefused):
        door.call(Request("POST", site.url + "/1", json={}))
    assert len(site.seen) == 1


def test_a_redirect_to_no_address_is_refused(door: Door, site: Site) -> None:
    site.routes["/1"] = to("ftp://elsewhere/")
    with pytest.raises(OutboundError):
        door.call(get(site, "/1"))


# --- TLS ---


def test_tls_is_verified_chain_and_name(tmp_path: Path) -> None:
    context, authority = self_signed(tmp_path, "127.0.0.1")
    with serving(context) as site:
        assert Door(["127.0.0.1"], ca_file=authority).call(get(site)).ok
        with pytest.raises(ConnectFailed) as caught:
            Door(["127.0.0.1"]).call(get(site))  # nobody vouches for it
        assert caught.value.reason == "tls-failed"
        named_otherwise = get(site, "/").url.replace("127.0.0.1", "localhost")
        with pytest.raises(ConnectFailed):
            Door(["127.0.0.1"], ca_file=authority).call(Request("GET", named_otherwise))
        assert len(site.seen) == 1


# --- what is told ---


def test_no_address_and_no_secret_is_in_a_log_or_a_repr(
    door: Door, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.routes["/bad"] = lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nbad header\r\nX:1\r\n\r\n")
    request = get(site, "/bad?record=00Qsecret", headers={"Authorization": "Bearer token"}, deadline_s=0.2)
    with pytest.raises(OutboundError) as caught:
        door.call(request)
    response = door.call(get(site, "/00Qsecret"))
    for text in (caplog.text, repr(request), repr(response), str(caught.value), repr(caught.value)):
        assert "00Qsecret" not in text
        assert "token" not in text


def test_each_call_is_measured_with_its_outcome(site: Site) -> None:
    seen: list[tuple[str, str]] = []

    class Meter:
        def observe(self, name: str, seconds: float, **labels: str) -> None:
            assert 0 <= seconds < 2
            seen.append((name, labels["outcome"]))

    door = Door(allow_private=["127.0.0.1"], metrics=Meter(), max_bytes=10)
    door.call(get(site))
    site.routes["/"] = lambda handler: answer(handler, 503, b"x" * 11)
    with pytest.raises(AnswerTooLarge):
        door.call(get(site))
    assert seen == [("outbound_seconds", "2xx"), ("outbound_seconds", "answer-too-large")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 5_000,
        b"{}x",
    ],
)
def test_json_is_strict(body: bytes) -> None:
    with pytest.raises(AnswerRefused) as caught:
        Response(200, body=body).json()
    assert (caught.value.path, caught.value.reason) == ("$", "not-json")
