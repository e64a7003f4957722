"""What an instance would refuse in our update set is refused here, by line, with its mend."""

from __future__ import annotations

import pytest

from tests.hosts._packages import Files, built, files, findings, spoiled

HOST = "servicenow"


@pytest.fixture(scope="module")
def update_set() -> Files:
    return files(built(HOST)[0])


def test_it_holds(update_set: Files) -> None:
    assert findings(HOST, update_set) == []


SPOILED = {
    "another root": ("<unload ", "<xml ", "no well-formed XML"),
    "a state that cannot be previewed": ("<state>loaded", "<state>complete", "only a loaded set"),
    "an update of another set": (
        '<remote_update_set display_value="Inlay acme">',
        '<remote_update_set display_value="">0',
        "another set",
    ),
    "wrong action": ("<action>INSERT_OR_UPDATE", "<action>UPSERT", "is no action"),
    "wrong enum": (
        "&lt;default_grant_type&gt;authorization_code",
        "&lt;default_grant_type&gt;implicit",
        "'implicit' is no value",
    ),
    "another table": ('table="sys_ui_page"', 'table="sys_user"', "no record_update"),
    "not named after its record": ("<name>sp_widget_", "<name>sp_widget_0", "not named after"),
    "secret inside": (
        "&lt;client_secret/&gt;",
        "&lt;client_secret&gt;x9&lt;/client_secret&gt;",
        "client_secret is written",
    ),
    "no client": ("&lt;client_id&gt;" + "a1" * 16, "&lt;client_id&gt;", "lacks client_id"),
    "http": ("&lt;redirect_url&gt;https:", "&lt;redirect_url&gt;http:", "no https address"),
    "broken payload": ("&lt;sys_ui_page action", "&lt;sys_ui_pages action", "no well-formed XML"),
    "broken page": ("&amp;lt;/j:jelly&amp;gt;", "", "no well-formed XML"),
    "taken for a template": ("const APART = 10000", "const APART = `${1}`", "taken for the page's own template"),
    "broken options": ('"name": "component",', '"name" "component",', "This is no JSON"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_found(update_set: Files, name: str) -> None:
    old, new, word = SPOILED[name]
    broken = spoiled(update_set, ".xml", old, new)
    found = [each for each in findings(HOST, broken) if word in each.what]
    assert found, findings(HOST, broken)
    assert all(each.mend and each.line for each in found)


def test_lines_count_through_the_payload(update_set: Files) -> None:
    broken = spoiled(update_set, ".xml", "const APART = 10000", "const APART = `${1}`")
    (found,) = findings(HOST, broken)
    assert "const APART" in broken[found.file].decode().splitlines()[found.line - 1]


def test_the_set_comes_before_its_updates(update_set: Files) -> None:
    (text,) = (content.decode() for content in update_set.values())
    start, end = text.index("  <sys_remote_update_set"), text.index("</sys_remote_update_set>") + 25
    late = text[:start] + text[end:].replace("</unload>", text[start:end] + "</unload>")
    (found,) = findings(HOST, dict.fromkeys(update_set, late.encode()))
    assert "not first" in found.what
    assert found.line == late[: late.index("<sys_remote_update_set")].count("\n") + 1
