"""The update set: its records are those that an instance makes panels of."""

from __future__ import annotations

from lxml import etree

from app.hosts.servicenow.package import build
from tests.hosts._packages import deployment, files


def records(**changes: str) -> dict[str, dict[str, str]]:
    """Table -> fields."""
    (content,) = files(build(deployment("servicenow", **changes))[0]).values()
    payloads = [etree.fromstring(each.encode()) for each in etree.fromstring(content).xpath("//payload/text()")]
    return {each.get("table"): {field.tag: field.text or "" for field in each[0]} for each in payloads}


def test_a_page_a_widget_and_a_registry_entry_without_a_secret() -> None:
    made = records()
    assert set(made) == {"sys_ui_page", "sp_widget", "oauth_entity"}
    entry = made["oauth_entity"]
    assert (
        entry["redirect_url"] == f"https://panels.example.com/oauth/{deployment('servicenow').connection.name}/callback"
    )
    assert entry["client_secret"] == ""
    assert "inlayFrame" in made["sys_ui_page"]["client_script"]
    assert "inlayFrame" in made["sp_widget"]["client_script"]


def test_a_newer_package_replaces_the_older_and_no_other_connection_s() -> None:
    old, new, other = records(), records(components=("score-card",)), records(name="other")
    for table, fields in old.items():
        assert fields["sys_id"] == new[table]["sys_id"] != other[table]["sys_id"]
