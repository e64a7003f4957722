"""Flask without what it does for each request and we never need: beside an answer from memory that is most of the cost.

A step is left out only where it would do nothing: functions that somebody registers are called as ever.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from flask import Config, Flask, Request, Response
from flask.globals import request_ctx
from flask.sessions import NullSession, SessionInterface
from flask.signals import appcontext_tearing_down, request_tearing_down
from werkzeug.routing import MapAdapter, Rule

from app.errors import BadRequest
from app.metrics import Metrics
from app.web.prepared import Prepared

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_QUERY = 100  # pairs in an address
MAX_RULES, MAX_ADDRESS = 1_000, 200  # addresses whose rule is remembered, and how long they may be


class Asked(Request):
    """A request that knows when it began."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        self.began = time.perf_counter()
        super().__init__(environ, populate_request, shallow)

    def close(self) -> None:
        """Give uploaded files back, where there are any."""
        if "files" in self.__dict__:  # nothing else would be open
            super().close()


class _NoSessions(SessionInterface):
    """No cookie is ever read or set, so there is one session for all, and nobody can write into it."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 as Flask has it
        return self._none


class _Address(Rule):
    """A rule that learns to build addresses when it is first asked for one: werkzeug compiles a function for each rule
    at once, which is half of what a start of the application takes, and panels' addresses are built elsewhere."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled, made = super()._compile_builder, list[Callable[..., tuple[str, str]]]()

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build


class Server(Flask):
    """The application, which also notes how long its requests took."""

    request_class = Asked
    url_rule_class = _Address
    session_interface = _NoSessions()

    def __init__(self, name: str, metrics: Metrics) -> None:
        super().__init__(name, static_folder=None, template_folder=None)
        self._metrics = metrics
        self.rules: dict[tuple[str, str, str], tuple[Rule, dict[str, Any]]] = {}

    def around(self, metrics: Metrics) -> Self:
        """Another one with the addresses and all else that was registered here; nothing is registered there any more.

        To read the addresses is most of what an application costs, and a reload makes a new one between requests.
        """
        made = copy.copy(self)
        made.config, made.extensions = Config(self.config.root_path, self.config), {}
        made._metrics, made.rules = metrics, {}
        return made

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The same function: no view of ours is asynchronous."""
        return func  # there are no asynchronous views to look for

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds an address's view; it remembers what it found."""
        if request is None:
            return super().create_url_adapter(None)
        return _Adapter(self, request)  # type: ignore[return-value] # in all that is asked of it

    def preprocess_request(self) -> Any:
        """A question after an address is short with us; a long one would be dear to parse before anybody is known.

        Raises BadRequest.
        """
        if request_ctx.request.query_string.count(b"&") > MAX_QUERY:
            raise BadRequest(reason="query-too-long")
        if self.before_request_funcs or self.url_value_preprocessors:
            return super().preprocess_request()
        return None

    def process_response(self, response: Response) -> Response:
        """What was prepared is whole: functions that change answers are not called for it."""
        asked: Asked = request_ctx.request  # type: ignore[assignment]
        if not isinstance(response, Prepared):
            response = super().process_response(response)
        route = asked.url_rule.rule if asked.url_rule else "none"  # never the path: it holds record ids
        self._metrics.observe("request_seconds", time.perf_counter() - asked.began, route=route)
        return response

    def do_teardown_request(self, *exc: Any) -> None:
        """As Flask does it, where anybody listens."""
        if self.teardown_request_funcs or request_tearing_down.receivers:
            super().do_teardown_request(*exc)

    def do_teardown_appcontext(self, *exc: Any) -> None:
        """As Flask does it, where anybody listens."""
        if self.teardown_appcontext_funcs or appcontext_tearing_down.receivers:
            super().do_teardown_appcontext(*exc)


class _Adapter:
    """Remembers an address's rule, since panels ask for the same ones. The real one is made for whatever else."""

    def __init__(self, server: Server, request: Request) -> None:
        self._server, self._request = server, request

    def match(self, return_rule: bool = True) -> tuple[Rule, dict[str, Any]]:  # noqa: ARG002 as Flask asks
        """Raises what the real one raises."""
        asked, rules = self._request, self._server.rules
        key = asked.method, asked.path, asked.environ.get("HTTP_HOST", "")
        found = rules.get(key)
        if found is None:
            rule, arguments = self._real.match(return_rule=True)
            found = rule, dict(arguments)
            if len(key[1]) + len(key[2]) <= MAX_ADDRESS:
                if len(rules) >= MAX_RULES:
                    rules.clear()
                rules[key] = found
        return found[0], dict(found[1])

    @cached_property
    def _real(self) -> MapAdapter:
        made = Flask.create_url_adapter(self._server, self._request)
        assert made is not None  # noqa: S101 as it is for every request
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
