"""What an account's sign-in has of its own; the rest is tested for all hosts at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from app.errors import HostUnavailable
from app.hosts.zendesk.sign_in import SIGN_IN
from tests.hosts._sign_ins import provider
from tests.hosts.zendesk.described import ACCOUNT


def test_its_addresses() -> None:
    there = provider("zendesk")
    assert there.slot is SIGN_IN
    said = there.begin()
    assert (said[""], said["scope"]) == (f"{ACCOUNT}/oauth/authorizations/new", "read")
    there.finish()
    assert [urlsplit(each.url).path for each in there.asked] == ["/oauth/tokens", "/api/v2/users/me.json"]


@pytest.mark.parametrize("user", [{}, {"id": None, "name": "Anonymous user"}, {"id": "me"}, [], None])
def test_nobody_is_nobody(user: Any) -> None:
    """Without a good token this address answers with an anonymous user."""
    there = provider("zendesk")
    there.viewer = {"user": user}
    there.begin()
    with pytest.raises(HostUnavailable) as away:
        there.finish()
    assert away.value.reason == "viewer-shape"


def test_what_is_strange_is_left_out() -> None:
    there = provider("zendesk")
    there.viewer["user"] |= {"name": "two\nlines", "locale": "<b>", "iana_time_zone": "", "role": 7}
    there.begin()
    viewer = there.finish().viewer
    assert (viewer.name, viewer.locale, viewer.timezone, viewer.roles) == ("", "en", "UTC", ())
