"""The benchmark's own core is one that the client believes, as slow and as short of breath as it says."""

from __future__ import annotations

import io
import json
from typing import Any

from app.core.parse import parse_results, parse_score
from app.core.shapes import Score
from bench.core import BRIEF, BRIEF_S, FIELD, FRESH, application


def ask(core: Any, *records: str) -> tuple[str, Any]:
    subjects = [dict(zip(("type", "id"), each.split("/"), strict=True)) for each in records]
    items = [{"subject": each, "features": {FIELD: 42}} for each in subjects]
    body = json.dumps({"items": items} if len(items) > 1 else items[0]).encode()
    said: list[str] = []
    environ = {"PATH_INFO": "/v1/score", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    [answer] = core(environ, lambda status, _: said.append(status))
    return said[0], json.loads(answer)


def test_its_scores_are_scores() -> None:
    core = application()
    _, one = ask(core, f"{FRESH}/1")
    assert (parse_score(one).value, parse_score(one).valid_for_s) == (42, 900)
    _, many = ask(core, f"{FRESH}/1", f"{FRESH}/2")
    assert all(isinstance(each, Score) for each in parse_results(many, [{"type": FRESH}] * 2))


def test_a_brief_one_is_answered_once() -> None:
    core = application()
    assert ask(core, f"{BRIEF}/1")[1]["valid_for_s"] == BRIEF_S
    assert ask(core, f"{BRIEF}/1")[0].startswith("503")
    assert ask(core, f"{BRIEF}/2")[0].startswith("200")
