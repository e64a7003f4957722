"""What is refused leaves a row; a stranger's words do not become part of it."""

from __future__ import annotations

import pytest

from app.application import create_app
from app.errors import BadRequest, Denied, InlayError, LaunchRefused, NotFound, StoreUnavailable, TooLarge
from app.web.refusals import note_request, refused
from tests.world import World


def test_a_refused_launch_has_a_row_with_its_reason_and_reference(world: World) -> None:
    reference = refused(world.parts, LaunchRefused(reason="signature-wrong"), "acme")
    [row] = world.audited("launch.refused")
    assert (row["connection"], row["reason"], row["reference"]) == ("acme", "signature-wrong", reference)
    assert len(reference) == 8


def test_a_strangers_connection_is_not_written(world: World) -> None:
    refused(world.parts, LaunchRefused(reason="connection-unknown"), "<script>" * 100)
    [row] = world.audited("launch.refused")
    assert (row["connection"], row["host"]) == ("", "unknown")


@pytest.mark.parametrize(
    ("error", "rows"), [(BadRequest(), 1), (TooLarge(), 1), (NotFound(), 0), (Denied(), 0), (InlayError(), 0)]
)
def test_malformed_requests_are_noted(world: World, error: InlayError, rows: int) -> None:
    with create_app(world.parts).test_request_context("/launch/acme", method="POST"):
        note_request(world.parts, error, "acme")
    noted = world.audited("request.refused")
    assert len(noted) == rows
    for row in noted:
        assert (row["route"], row["status"], row["connection"]) == (
            "/launch/<connection>",
            error.status,
            "acme",
        )


def test_an_address_that_is_none_is_not_noted(world: World) -> None:
    with create_app(world.parts).test_request_context("/wp-login.php", method="POST"):
        note_request(world.parts, BadRequest())
    assert world.audited("request.refused") == []


def test_a_refusal_needs_no_row_to_be_one_but_a_launch_has_it(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    with create_app(world.parts).test_request_context("/launch/acme", method="POST"):
        note_request(world.parts, BadRequest(), "acme")
    with pytest.raises(StoreUnavailable):
        refused(world.parts, LaunchRefused(), "acme")


def test_unknown_claims_are_counted(world: World) -> None:
    assert world.exchange(surprise=1, another=2).status_code == 200
    text = world.client.get("/metrics").text
    [line] = [each for each in text.splitlines() if each.startswith("inlay_unknown_claims_total{")]
    assert line.endswith(" 2.0")
