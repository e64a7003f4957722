"""A spoilt ribbon: dangling names, sizes, order, and a sign-in that could not work."""

from __future__ import annotations

import pytest

from tests.hosts._microsoft import Spoil, put, said, swapped

M = ".xml"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            put(M, '<SourceLocation resid="Pane.Url"/>', '<SourceLocation resid="Pane"/>'),
            "names 'Pane', which is no resource",
        ),
        (put(M, '<bt:String id="Open.Tip"', '<bt:String id="Tip"'), "names 'Open.Tip'"),
        (put(M, '<bt:Image id="Icon.80"', '<bt:Image id="Icon.32"'), "'Icon.32' is not taken"),
        (put(M, 'size="80"', 'size="81"'), "An icon of size '81'"),
        (put(M, '<bt:Image size="16" resid="Icon.16"/>', ""), "no size [16]"),
        (put(M, 'xsi:type="Button"', 'xsi:type="Knob"'), "type of <Control> is 'Knob'"),
        (put(M, 'xsi:type="ShowTaskpane"', 'xsi:type="Show"'), "type of <Action> is 'Show'"),
        (put(M, "VersionOverridesV1_0", "VersionOverridesV9"), "type of <VersionOverrides>"),
        (swapped(M, '<Title resid="Open.Label"/>', '<Description resid="Open.Tip"/>'), "<Title> comes after"),
        (put(M, "<Resource>api://inlay", "<Resource>api://other"), "Resource is"),
        (put(M, "<Scope>profile</Scope>", ""), "The scopes lack profile"),
    ],
)
def test_what_the_host_would_not_take(spoil: Spoil, words: str) -> None:
    text, findings = said("office", spoil)
    assert words in text, text
    assert all(each.line for each in findings)
