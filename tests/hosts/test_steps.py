"""The steps at a host: those of docs/hosts, with the names of the connection, and none of our own side."""

from __future__ import annotations

import re

import pytest

from app.hosts import HOSTS
from app.hosts._steps import steps
from tests.hosts._proofs import DESCRIBED

URL = "https://inlay.globex.example"
# The first and the last screen that an admin opens there, by the host's own names.
SCREENS = {
    "salesforce": ("Migration &gt; Deploy", "gear &gt; Edit Page"),
    "sharepoint": ("App registrations &gt; New registration", "Copy link"),
    "teams": ("App registrations &gt; New registration", "+ Add a tab &gt; Inlay"),
    "office": ("App registrations &gt; New registration", "Home &gt; Review"),
    "servicenow": ("Import Update Set from XML", "Service Portal &gt; Designer"),
    "oidc": ("register a client for Inlay", "inlay-host.js"),
    "guest": ("POST /inlay-token", "inlay-host.js"),
    **{host: each.SCREENS for host, each in DESCRIBED.items()},
}


def told(host: str) -> str:
    return "\n".join(f"{each.title}\n{each.html}" for each in steps(host, "globex", URL))


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_has_steps_with_its_own_screens(host: str) -> None:
    text = told(host)
    first, last = SCREENS[host]
    assert 0 < text.index(first) < text.rindex(last)


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_is_said_that_the_pages_have_done_already(host: str) -> None:
    text = told(host)
    for ours in ("At Inlay", "inlay package", "toml", "[connections", "env:", "(sharepoint.md", "<a ", "<img"):
        assert ours not in text, ours


@pytest.mark.parametrize("host", HOSTS)
def test_the_example_s_names_are_those_of_the_connection(host: str) -> None:
    text = told(host)
    for example in ("your Inlay", "&lt;connection&gt;", "inlay-contoso", "Inlay acme", "panels.example.com"):
        assert example not in text, example
    for address in re.findall(r"https://[^<\s]*/callback", text):
        assert address == f"{URL}/oauth/globex/callback"


def test_names_are_text_and_no_markup() -> None:
    assert "<script" not in "".join(each.html for each in steps("teams", "<script>x", URL))
    assert steps("nobody", "x", URL) == []
