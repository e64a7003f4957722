"""What an instance's sign-in has of its own; the rest is tested for all hosts at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import HostUnavailable
from app.hosts.servicenow.sign_in import SIGN_IN
from tests.hosts._sign_ins import INSTANCE, USER, provider


def test_its_addresses() -> None:
    there = provider("servicenow")
    assert there.slot is SIGN_IN
    said = there.begin()
    assert said[""] == f"{INSTANCE}/oauth_auth.do"
    assert "scope" not in said
    there.finish()
    token, who = (urlsplit(request.url) for request in there.asked)
    assert token.path == "/oauth_token.do"
    assert who.path == "/api/now/table/sys_user"
    assert parse_qs(who.query)["sysparm_query"] == ["sys_id=javascript:gs.getUserID()"]


@pytest.mark.parametrize(
    "rows", [[], [{"sys_id": USER}, {"sys_id": USER[::-1]}], [{"sys_id": "zoe"}], [USER], {"sys_id": USER}]
)
def test_an_instance_that_answers_with_everybody_says_nobody(rows: Any) -> None:
    """A condition that an instance does not understand, it leaves out."""
    there = provider("servicenow")
    there.viewer = {"result": rows}
    there.begin()
    with pytest.raises(HostUnavailable) as away:
        there.finish()
    assert away.value.reason == "viewer-shape"


def test_what_is_strange_is_left_out() -> None:
    there = provider("servicenow")
    there.viewer["result"][0] |= {"name": "two\nlines", "preferred_language": "<b>", "time_zone": ""}
    there.begin()
    viewer = there.finish().viewer
    assert (viewer.name, viewer.locale, viewer.timezone) == ("zoe", "en", "UTC")
