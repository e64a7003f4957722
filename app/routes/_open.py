"""Addresses that the scripts of any page may ask (CORS): without a bearer token they answer nothing about anybody.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.web.headers import OPEN_TO_PAGES, PREFLIGHT


def open_to_pages(blueprint: Blueprint, *paths: str) -> None:
    """Any page may read what the blueprint's addresses answer, failures too: it could not say else what went wrong.

    `paths`: those that browsers ask about beforehand, since a header is needed or it is no form. To be called before
    the addresses are made: Flask adds to each an answer to OPTIONS of its own, which is mute.
    """
    blueprint.after_request(_opened)
    for path in paths:
        blueprint.add_url_rule(path, "preflight", _preflight, methods=["OPTIONS"])


def _opened(response: Response) -> Response:
    response.headers.update(OPEN_TO_PAGES)
    return response


def _preflight(**_: Any) -> Response:
    """The same whatever the address names."""
    return Response(status=204, headers=dict(PREFLIGHT))
