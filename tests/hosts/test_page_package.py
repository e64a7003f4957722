"""Pages of an application's own: their example is of a record that the connection knows."""

from __future__ import annotations

from dataclasses import replace

from app.hosts._page_package import page_values, verify_page
from tests.hosts._packages import deployment


def test_the_example_is_of_a_type_that_a_capability_knows() -> None:
    given = deployment("guest")
    assert page_values(given)["record"] == "Lead/1"
    assert page_values(replace(given, capabilities={}))["record"] == "Record/1"


def test_a_page_without_a_panel_is_found() -> None:
    page = b'<html><script src="/embed/inlay.js" defer></script><script src="inlay-host.js" defer></script>'
    said = [each.what for each in verify_page({"page.html": page + b"<body>\n</body></html>", "inlay-host.js": b""})]
    assert "There is no panel on the page." in said
    assert [each.what for each in verify_page({})] == ["This part of the package is missing."] * 2
