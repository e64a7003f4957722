"""Style sheets are made small, and mean the same."""

from __future__ import annotations

import pytest

from app.web.sheets import small_css


@pytest.mark.parametrize(
    ("css", "small"),
    [
        ("/* a */ a { b : c ; }\n\n d,\n e { f: g }", "a{b :c}d,e{f:g}"),
        ("a :hover{b:calc(1px + 2px)}", "a :hover{b:calc(1px + 2px)}"),
        ("a{content:'; /* no */  }'}", "a{content:'; /* no */  }'}"),
        ('a{content:"\\" ; {"}', 'a{content:"\\" ; {"}'),
        ("/* it's */a{b:c}/* don't */", "a{b:c}"),
        ("@media (a: b) and (c) { .d { e: f; } }", "@media (a:b) and (c){.d{e:f}}"),
        ("a{font:1em/2 b}/**/c>d + e{}", "a{font:1em/2 b}c>d + e{}"),
        ("a{margin:1px/**/2px}", "a{margin:1px 2px}"),
    ],
)
def test_sheets_are_made_small_and_mean_the_same(css: str, small: str) -> None:
    assert small_css(css) == small
    assert small_css(small) == small
