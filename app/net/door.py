"""The one door to the network: every call has a deadline, a size cap and an address that we may call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from urllib3 import BaseHTTPResponse, HTTPHeaderDict, Timeout

from app.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    OutboundError,
    RedirectRefused,
    TimedOut,
)
from app.net.addresses import AddressRule
from app.net.failures import translated
from app.net.sockets import guarded_pools

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """A call to make. At most one of `body`, `json` and `form` carries its content."""

    method: str
    url: str = field(repr=False)  # addresses hold record ids; headers and bodies hold tokens
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    deadline_s: float | None = None  # for the whole call; the door's own when None
    max_bytes: int | None = None  # of the answer's body, decompressed; the door's own when None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.body, self.json, self.form)) > 1:
            raise ValueError("A request has one body: give body, json or form.")

    def content(self) -> tuple[bytes | None, dict[str, str]]:
        """The bytes to send, and the headers that say what they are."""
        if self.json is not None:
            text = json.dumps(self.json, separators=(",", ":"), allow_nan=False)
            return text.encode("ascii"), {"Content-Type": "application/json"}
        if self.form is not None:
            return urlencode(self.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        return self.body, {}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. Header names are read in any case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    url: str = field(default="", repr=False)
    took_s: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", HTTPHeaderDict(self.headers))

    @property
    def ok(self) -> bool:
        """Whether the status is of success: 200 to 299."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON in UTF-8, without NaN and infinities. Raises AnswerRefused."""
        try:
            return json.loads(self.body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise AnswerRefused("The answer is not JSON.", path="$", reason="not-json") from None


class Caller(Protocol):
    """What callers of the outside are given: the door, or in tests its twin."""

    def call(self, request: Request) -> Response:
        """One question and its answer. Raises OutboundError and its kin."""


class Meter(Protocol):
    """What the door tells of itself; `app.metrics` keeps the same shape."""

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Note how long something took."""


class Door:
    """Calls the outside. One per process: its connections are kept alive and shared by all threads.

    No cookie is kept, no proxy and no credential is read from the environment, TLS certificates are verified,
    and what leaves `call` is a `Response` or an error of ours.
    """

    def __init__(
        self,
        allow_private: Sequence[str] = (),
        timeout_s: float = 5.0,
        max_bytes: int = 5_000_000,
        metrics: Meter | None = None,
        *,
        ca_file: str | None = None,  # certificate authorities instead of the system's
        certificate: tuple[str, str] | None = None,  # ours and its key, as files, for those who ask for one
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pools = guarded_pools(
            AddressRule.parse(allow_private),
            num_pools=64,
            maxsize=16,
            cert_reqs="CERT_REQUIRED",
            assert_hostname=None,  # None: the certificate must name the host; written out because it matters
            ca_certs=ca_file,
            cert_file=certificate[0] if certificate else None,
            key_file=certificate[1] if certificate else None,
        )
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._metrics = metrics
        self._clock = clock

    def call(self, request: Request) -> Response:
        """Make the call. Raises an OutboundError; a status of 4xx or 5xx is an answer, not an error."""
        started = self._clock()
        outcome = "error"
        try:
            response = self._follow(request, started)
            outcome = f"{response.status // 100}xx"
            return response
        except OutboundError as error:
            outcome = error.code
            raise
        finally:
            if self._metrics is not None:
                self._metrics.observe("outbound_seconds", self._clock() - started, outcome=outcome)

    def close(self) -> None:
        """Give its connections back; what is asked after that opens new ones."""
        self._pools.clear()

    def _follow(self, request: Request, started: float) -> Response:
        deadline = started + (self._timeout_s if request.deadline_s is None else request.deadline_s)
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._exchange(request, url, started, deadline)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                return response
            url = _redirected(request.method, url, location)
        raise RedirectRefused("The answer redirects too often.", reason="redirect-loop")

    def _exchange(self, request: Request, url: str, started: float, deadline: float) -> Response:
        target = _target(url)
        left = deadline - self._clock()
        if left <= 0:
            raise TimedOut(reason="timed-out")
        with translated():
            body, headers = request.content()
            answer = self._pools.urlopen(
                request.method,
                target.geturl(),
                body=body,
                headers={"Accept-Encoding": "gzip", "User-Agent": "Inlay", **headers, **request.headers},
                timeout=Timeout(total=left),
                redirect=False,
                preload_content=False,
            )
            content = _read(answer, self._max_bytes if request.max_bytes is None else request.max_bytes)
        return Response(answer.status, answer.headers, content, url, self._clock() - started)


def _read(answer: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body, or none of it: the cap counts what comes out of the decompression, while it comes."""
    content = bytearray()
    try:
        for chunk in answer.stream(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > max_bytes:
                raise AnswerTooLarge(reason="body-too-large")
    except BaseException:
        answer.close()  # the rest is still on the wire, so the connection cannot be used again
        raise
    finally:
        answer.release_conn()
    return bytes(content)


def _target(url: str) -> SplitResult:
    """The parts of an address that we would call at all."""
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname and parts.username is None and parts.port != 0:
            return parts._replace(fragment="")
    except ValueError:
        pass
    raise AddressRefused(reason="address-malformed")


def _redirected(method: str, url: str, location: str) -> str:
    target = urljoin(url, location)
    if method not in {"GET", "HEAD"}:
        raise RedirectRefused("The answer redirects a call that changes something.", reason="redirect-of-write")
    if _origin(target) != _origin(url):
        raise RedirectRefused(reason="redirect-elsewhere")
    return target


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = _target(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
