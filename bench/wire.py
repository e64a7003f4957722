"""Bytes on the wire: what a browser that takes gzip is sent, bodies and heads apart."""

from __future__ import annotations

import re
from typing import Any

from bench.proofs import COMPONENT, FRAMED, PAGES
from bench.stack import GRANT, JWT, Stack

_TAKES = {"Accept-Encoding": "gzip"}


def measure(stack: Stack) -> list[dict[str, Any]]:
    """One row for each answer of a first visit."""
    document, text = _panel(stack)
    script = re.search(r'<script defer src="([^"]+/embed/frame-\w+\.js[^"]*)"', text)
    if not script:
        raise RuntimeError("The panel's page names no frame script.")
    return [
        {"row": "badge document (launch)", **document},
        {"row": "frame.js", **_sizes(stack, "GET", script[1])},
        {"row": "inlay.js (loader)", **_sizes(stack, "GET", f"{stack.places.inlay}/embed/inlay.js")},
        {"row": "/session, 1 badge", **_session(stack, stack.records[:1])},
        {"row": "/session, 50 badges", **_session(stack, stack.records[:50])},
        {"row": "/session, 200 badges", **_session(stack, stack.records)},
    ]


def _panel(stack: Stack) -> tuple[dict[str, int], str]:
    url = f"{stack.places.inlay}/launch/{FRAMED}?component={COMPONENT}"
    proofs = [{"signed_request": stack.signer.canvas(stack.records[0])} for _ in range(2)]  # each counts once
    return _sizes(stack, "POST", url, proofs[0]), stack.http.post(url, data=proofs[1], timeout=30).text


def _session(stack: Stack, records: list[str]) -> dict[str, int]:
    form = {"grant_type": GRANT, "subject_token_type": JWT, "connection": PAGES, "component": COMPONENT}
    given = form | {"subject_token": stack.signer.guest(records), "records": records}
    return _sizes(stack, "POST", f"{stack.places.inlay}/session", given, {"Origin": stack.places.host})


def _sizes(
    stack: Stack, method: str, url: str, form: Any = None, headers: dict[str, str] | None = None
) -> dict[str, int]:
    response = stack.http.request(method, url, data=form, headers=_TAKES | (headers or {}), timeout=30, stream=True)
    response.raise_for_status()
    body = len(response.raw.read(decode_content=False))
    head = sum(len(name) + len(value) + 4 for name, value in response.raw.headers.items()) + len(
        "HTTP/1.1 200 OK\r\n\r\n"
    )
    return {"body_bytes": body, "head_bytes": head}
