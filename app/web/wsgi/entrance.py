"""The outermost WSGI layer: what holds for every request, whichever layer answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from app.db.gate import Gate
from app.node import Node

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Entrance:
    """Counts the thread among those that answer requests; gives connections back once the node is about to end."""

    def __init__(self, app: WSGIApplication, gate: Gate, node: Node) -> None:
        self._app, self._gate, self._node = app, gate, node

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._gate.mark()
        if self._node.is_draining:  # whoever kept the connection would lose the next request on it
            start_response = _closing(start_response)
        return self._app(environ, start_response)


def _closing(start_response: StartResponse) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
        return start_response(status, [*headers, ("Connection", "close")], *error)

    return start
