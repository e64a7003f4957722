"""Browsers' reports: which origin tried to frame a panel. Anybody may send one, so an origin is all that is taken."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from app.errors import BadRequest

MAX_REPORTS = 20  # of one request; browsers send a few together
MAX_ORIGIN = 300  # characters: a scheme, a name of 253, a port
_PORTS = {"http": 80, "https": 443}


def refused_ancestors(body: bytes, referer: str, own: str) -> list[str]:
    """The origins that a report names as refused ancestors, "" where it names none; nothing for other breaches.

    Both forms are read: `application/csp-report` and the list of `application/reports+json`. Some browsers write
    the ancestor into the report. Chromium writes our own address there and sends the ancestor's origin as the
    report's `Referer`; `own` is our origin. Raises BadRequest.
    """
    found = []
    for report in _reports(body):
        if _first(report, "effective-directive", "effectiveDirective", "violated-directive") != "frame-ancestors":
            continue
        blocked = origin_of(_first(report, "blocked-uri", "blockedURL"))
        found.append(blocked if blocked not in {"", own} else _other(origin_of(referer), own))
    return found


def _reports(body: bytes) -> list[dict[str, Any]]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("A report is JSON.", reason="report-malformed") from error
    if isinstance(read, dict):
        bodies = [read.get("csp-report")]
    elif isinstance(read, list):
        violations = (each for each in read if isinstance(each, dict) and each.get("type") == "csp-violation")
        bodies = [each.get("body") for each in violations][:MAX_REPORTS]
    else:
        bodies = [None]
    if not all(isinstance(each, dict) for each in bodies):
        raise BadRequest("This is not a report.", reason="report-malformed")
    return [each for each in bodies if isinstance(each, dict)]


def _first(report: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := report.get(name), str)), "")


def _other(origin: str, own: str) -> str:
    return "" if origin == own else origin


def origin_of(url: str) -> str:
    """The origin of an http(s) address as browsers spell it; "" for anything else."""
    try:
        parts = urlsplit(url[:4_000])
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or not all("!" <= letter <= "~" for letter in host):
        return ""
    if any(letter in "\"'<>\\^`{|}%" for letter in host):
        return ""
    named = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{named}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")
    return origin if len(origin) <= MAX_ORIGIN else ""
