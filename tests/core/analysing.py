"""A real core on loopback that analyses documents: well behaved until a test tells it otherwise."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock
from typing import Any

from tests.net.server import answer, serving

Json = dict[str, Any]
LAW = re.compile(r"governed by[^.]*\.", re.DOTALL)


def analysis(text: str, **changes: Any) -> Json:
    """What this core says of a text: each sentence on the governing law, and that something is missing."""
    findings = [
        {
            "id": f"law-{n}",
            "category": "governing-law",
            "severity": "medium",
            "title": "Governing law",
            "quote": found[0],
            "page": 1,
            "start": found.start(),
            "end": found.end(),
            "explanation": "Says whose law holds.",
            "suggestion": "Ask for the law of home.",
            "confidence": 0.9,
        }
        for n, found in enumerate(LAW.finditer(text))
    ]
    missing = {
        "id": "missing-cap",
        "category": "missing-cap-on-liability",
        "severity": "high",
        "title": "No cap on liability",
        "explanation": "Nothing limits what may be claimed.",
    }
    return {
        "summary": "A contract.",
        "risk": "high",
        "findings": [missing, *findings],
        "facts": [{"category": "governing-law", "label": "Law", "value": each["quote"], "quote": each["quote"]}
                  for each in findings],
        "model": {"name": "test-review", "version": "1"},
        "computed_at": "2026-11-23T12:00:00Z",
    } | changes  # fmt: skip


@dataclass
class AnalysingCore:
    """Tests change it as they like."""

    url: str = ""
    version: str = "1"
    changes: Json = field(default_factory=dict)  # members of every analysis
    steps: int = 0  # jobs: so many questions until it is done; 0: it answers at once
    slow_s: float = 0.0
    free: Event = field(default_factory=Event)  # cleared: it says nothing until it is set again
    status: int = 200  # anything else: it is out of order
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # exactly these bytes instead of an analysis
    asked: list[Json] = field(default_factory=list)  # the bodies of POST /v1/analyse
    polled: int = 0
    jobs: dict[str, list[Any]] = field(default_factory=dict)  # id -> questions so far, the analysis
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.free.set()

    def post(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        with self._lock:
            self.asked.append(json.loads(body))
        time.sleep(self.slow_s)
        self.free.wait(60)
        told = analysis(self.asked[-1]["document"]["text"], model={"name": "test-review", "version": self.version})
        told |= self.changes
        if self.status != 200:
            answer(handler, self.status, b"{}", **self.headers)
        elif self.steps:
            name = f"job-{len(self.asked)}"
            self.jobs[name] = [0, told]
            answer(handler, 202, json.dumps({"job": name}).encode(), Retry_After="0")
        else:
            answer(handler, 200, self.raw if self.raw is not None else json.dumps(told).encode())

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/v1/capabilities":
            model = {"name": "test-review", "version": self.version}
            offered = {"name": "contract_review", "kind": "analysis", "model": model, "playbooks": []}
            answer(handler, 200, json.dumps({"capabilities": [offered]}).encode())
            return
        self.polled += 1
        job = self.jobs.get(handler.path.rpartition("/")[2])
        if job is None:
            answer(handler, 404, b'{"code": "unknown-job"}')
            return
        job[0] += 1
        if job[0] < self.steps:
            counted = {"done": job[0], "total": self.steps, "unit": "clauses"}
            answer(handler, 200, json.dumps({"state": "running", "progress": counted}).encode())
        else:
            answer(handler, 200, json.dumps({"state": "done", "result": job[1]}).encode())


@contextmanager
def analysing_core() -> Iterator[AnalysingCore]:
    core = AnalysingCore()
    with serving() as site:

        def everything(handler: BaseHTTPRequestHandler) -> None:
            if handler.command == "GET":
                core.get(handler)
            else:
                core.post(handler, site.seen[-1].body)

        class Routes(dict[str, Any]):
            def get(self, *_: Any) -> Callable[[BaseHTTPRequestHandler], None]:
                return everything

        site.routes, core.url = Routes(), site.url
        yield core
