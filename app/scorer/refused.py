"""How the core refuses a request."""

from __future__ import annotations

from typing import Any

from app.scorer.shapes import ShapeRefused


class Refused(Exception):
    """A request that gets no answer. `detail` says what to do and never repeats a value that was sent."""

    def __init__(self, status: int, code: str, title: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.more = {key: value for key, value in more.items() if value}


def wrong_shape(refused: ShapeRefused) -> Refused:
    """422, with the place of what is wrong: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21"""
    title = "The request has the wrong shape."
    return Refused(422, "wrong-shape", title, f"{refused}.", path=refused.path)
