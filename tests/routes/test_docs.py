"""The API's document and its page: the same for everybody, nothing from elsewhere, no script."""

from __future__ import annotations

from tests.world import World


def test_the_document_is_served(shared: World) -> None:
    answer = shared.client.get("/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["servers"] == [{"url": "https://inlay.example.com"}]


def test_the_page_says_all_of_it_and_loads_nothing(shared: World) -> None:
    answer, said = shared.client.get("/docs"), shared.client.get("/openapi.json").json
    for path in said["paths"]:
        assert path in answer.text
    for name in said["components"]["schemas"]:
        assert f'id="{name}"' in answer.text
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    assert "acme" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_another_method_is_told_which_there_are(shared: World) -> None:
    answer = shared.client.delete("/api/v1/scores:batch")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
