"""Every error of the tree as the outside sees it: its public code, never its reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, default_exceptions

from app import errors
from app.errors import BadRequest, InlayError, LaunchExpired, LaunchRefused, LaunchUsed, StoreUnavailable
from app.web.failures import oauth, problem, retry_headers, translated


def tree(top: type[InlayError]) -> list[type[InlayError]]:
    return [top, *(each for below in top.__subclasses__() for each in tree(below))]


ALL = [each for each in tree(InlayError) if each.__module__ == errors.__name__ and each is not errors.ConfigError]


@pytest.fixture(autouse=True)
def flask() -> Iterator[None]:
    with Flask("tests").test_request_context():
        yield


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_problem_says_its_code_and_never_its_reason(kind: type[InlayError]) -> None:
    response = problem(kind(reason="only-for-the-admin"))
    body = response.get_json()
    assert response.mimetype == "application/problem+json"
    assert (body["code"], body["status"], body["title"]) == (kind.code, kind.status, kind.title)
    assert response.status_code == kind.status >= 400
    assert "only-for-the-admin" not in response.get_data(as_text=True)
    assert "only-for-the-admin" not in oauth(kind(reason="only-for-the-admin")).get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "name", "status"),
    [
        (LaunchRefused(), "invalid_grant", 400),
        (LaunchUsed(), "invalid_grant", 400),
        (LaunchExpired(), "invalid_grant", 400),
        (StoreUnavailable(), "temporarily_unavailable", 503),
        (BadRequest(), "invalid_request", 400),
        (errors.TooLarge(), "invalid_request", 413),
        (InlayError(), "server_error", 500),
    ],
)
def test_the_token_endpoint_speaks_its_own_standard(error: InlayError, name: str, status: int) -> None:
    response = oauth(error, "REF")
    body = response.get_json()
    assert (response.status_code, body["error"], body["code"], body["reference"]) == (
        status,
        name,
        error.code,
        "REF",
    )


def test_what_can_be_tried_again_says_when() -> None:
    assert retry_headers(StoreUnavailable()) == {"Retry-After": "2"}
    assert retry_headers(StoreUnavailable(retry_after_s=0.2)) == {"Retry-After": "1"}
    assert retry_headers(StoreUnavailable(retry_after_s=61.6)) == {"Retry-After": "62"}
    assert retry_headers(BadRequest()) == {}


def test_ours_stay_what_they_are() -> None:
    error = LaunchUsed()
    assert translated(error) is error


@pytest.mark.parametrize("code", sorted(default_exceptions))
def test_those_of_the_framework_keep_their_meaning(code: int) -> None:
    kind: type[HTTPException] = default_exceptions[code]
    error = translated(kind())
    assert error.status in {code, 400}
    assert error.status == code or code not in {404, 405, 413, 415}
    assert error.reason == f"http-{code}"


def test_a_bug_is_logged_by_its_place_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    try:
        raise KeyError("Lead/00QAB000003LeadAA2")
    except KeyError as bug:
        error = translated(bug)
    [record] = caplog.records
    assert "KeyError" in record.getMessage()
    assert "test_failures.py" in record.getMessage()
    assert "00QAB" not in record.getMessage()
    assert record.exc_info is None
    assert error.status == 500
    assert "KeyError" not in str(error)
