"""What sidebar and badge both say: they agree, and an address is one that a browser only opens."""

from __future__ import annotations

import pytest

from app.views._read import viewer_url
from tests.views.readings import READ, shown


def test_sidebar_and_badge_agree() -> None:
    sidebar, badge = shown("document-sidebar", READ), shown("analysis-badge", READ)
    assert (badge["findings"], badge["reviewed"]) == (len(sidebar["findings"]), sidebar["reviewed"])
    assert badge["risk"] == sidebar["risk"]


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://a.example/x?web=1#page=2", "https://a.example/x?web=1"),
        ("http://127.0.0.1:8003/document/1", "http://127.0.0.1:8003/document/1"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//a.example/x", ""),
        ("https://[broken/x", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_linked(address: str, taken: str) -> None:
    assert viewer_url(address) == taken
