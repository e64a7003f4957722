"""The OpenAPI document: complete, whole, and made of what reads and writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.machines.api.document import document
from app.machines.api.operations import OPERATIONS
from tests.routes.test_every_route import mapped
from tests.world import World

SAID = document("https://inlay.example.com")


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


def test_names_of_operations_are_each_one_s_own() -> None:
    names = [each.name for each in OPERATIONS]
    assert len(names) == len(set(names))
