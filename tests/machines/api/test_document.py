"""The OpenAPI document: complete, whole, and made of what reads and writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.analyses import Severity
from app.errors import InlayError
from app.events.said import OUTCOME
from app.figures.names import CONVERTED, NOT_CONVERTED
from app.launch import MAX_RECORDS
from app.machines.api.document import document
from app.machines.api.forms import EXCHANGE, EventAsked, ReviewAsked, SessionAsked
from app.machines.api.operations import OPERATIONS
from app.machines.api.reading import read_form
from app.review.said import Word
from tests.routes.test_every_route import mapped
from tests.world import World

SAID = document("https://inlay.example.com")
CHANGED = "record.changed"
GOOD: dict[Any, dict[str, Any]] = {
    SessionAsked: {"grant_type": EXCHANGE, "connection": "acme", "records": ["Lead/1"]},
    ReviewAsked: {"record": "Lead/1", "verdict": "accept", "item": "score", "decision": "d", "version": "0"},
    EventAsked: {"type": CHANGED, "data": {"record": "Lead/1"}},
}


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "$ref")
        for each in value.values():
            yield from refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from refs(each)


def test_every_address_of_the_api_is_described_and_no_other(shared: World) -> None:
    ours = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule))
        for method, rule in mapped(shared)
        if rule.startswith(("/api/", "/session", "/reviews", "/events/"))
    }
    told = {(each.method, each.path) for each in OPERATIONS}
    assert told == ours


def test_every_reference_leads_somewhere() -> None:
    schemas = SAID["components"]["schemas"]
    for ref in refs(SAID):
        assert ref.removeprefix("#/components/schemas/") in schemas


def test_every_parameter_of_an_address_is_described() -> None:
    for path, methods in SAID["paths"].items():
        for told in methods.values():
            named = {each["name"] for each in told["parameters"] if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert all(each["required"] for each in told["parameters"] if each["in"] == "path")


def test_every_refusal_is_a_problem_document_but_where_oauth_has_its_own() -> None:
    for path, methods in SAID["paths"].items():
        for method, told in methods.items():
            for status, answer in told["responses"].items():
                if int(status) >= 400:
                    [media] = answer["content"]
                    own = (path, method) == ("/session", "post")
                    assert media == ("application/json" if own else "application/problem+json")


def test_patterns_are_those_of_every_reader() -> None:
    assert "(?!" not in str(SAID)
    assert SAID["components"]["schemas"]["Row"]["properties"]["score"]["maximum"] == 100
    assert SAID["components"]["schemas"]["Row"]["additionalProperties"] is False


def test_what_is_declared_with_words_is_what_the_road_knows() -> None:
    said = SAID["components"]["schemas"]
    assert said["ReviewAsked"]["properties"]["verdict"]["enum"] == sorted(Word)
    assert said["ReviewAsked"]["properties"]["severity"]["enum"] == sorted(["", *Severity])
    assert said["EventAsked"]["properties"]["type"]["enum"] == sorted([CHANGED, OUTCOME])
    assert said["EventData"]["properties"]["outcome"]["enum"] == sorted([CONVERTED, NOT_CONVERTED])
    assert said["EventData"]["properties"]["records"] == {
        "type": "array", "items": said["ReviewAsked"]["properties"]["record"], "minItems": 1,
        "maxItems": MAX_RECORDS, "description": "Several that changed.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "wrong", "code", "says"),
    [
        (SessionAsked, {"grant_type": "password"}, "bad-request", "grant_type is urn:"),
        (SessionAsked, {"subject_token_type": "x"}, "bad-request", "subject_token_type one of"),
        (SessionAsked, {"connection": "<x>"}, "refused", "could not be opened"),
        (SessionAsked, {"connection": None}, "refused", "could not be opened"),
        (SessionAsked, {"records": ["17"]}, "bad-request", "written type/id"),
        (SessionAsked, {"records": [f"Lead/{n}" for n in range(201)]}, "bad-request", "at most 200"),
        (SessionAsked, {"grant_type": "x", "records": ["17"]}, "bad-request", "grant_type is"),  # in their order
        (ReviewAsked, {"record": "17"}, "bad-request", "written type/id"),
        (ReviewAsked, {"version": "seven"}, "bad-request", "Name the version"),
        (EventAsked, {"type": "record.deleted"}, "bad-request", "types of events"),
        (EventAsked, {"data": []}, "bad-request", "An event is"),
        (EventAsked, {"data": {"record": "<script>"}}, "bad-request", "written type/id"),
        (EventAsked, {"data": {"records": ["Lead/1", "<script>"]}}, "bad-request", "written type/id"),
        (EventAsked, {"data": {"records": []}}, "bad-request", "1 to 200 records"),
        (EventAsked, {"data": {"outcome": "sold"}}, "bad-request", "An outcome is"),
    ],
)
def test_what_does_not_fit_a_declaration_is_refused_in_its_words(
    shape: Any, wrong: dict[str, Any], code: str, says: str
) -> None:
    whole = {name: value for name, value in (GOOD[shape] | wrong).items() if value is not None}
    with pytest.raises(InlayError, match=says) as refused:
        read_form(whole, shape)
    assert refused.value.code == code
    read_form(GOOD[shape], shape)


def test_names_of_operations_are_each_one_s_own() -> None:
    names = [each.name for each in OPERATIONS]
    assert len(names) == len(set(names))
