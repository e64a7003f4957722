"""Rules for sources: each breach with its file and line, and nothing said of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.preview.lint import remarks


@pytest.mark.parametrize(
    ("name", "line", "kind"),
    [
        ("css", ".x { margin-left: 4px }", "rtl"),
        ("css", ".x { text-align: right }", "rtl"),
        ("css", ".x { background: url(a.png) }", "csp"),
        ("html", '<p style="color: red">', "csp"),
        ("html", '<p onclick="x()">', "csp"),
        ("html", "{{ name|safe }}", "escape"),
    ],
)
def test_a_breach_is_named_with_its_place(folder: Path, name: str, line: str, kind: str) -> None:
    path = folder / f"deal-card/deal-card.{name}"
    path.write_text("\n\n" + line)
    (found,) = remarks(folder / "deal-card")
    assert (found.kind, found.line) == (kind, 3)
    assert str(found).startswith(f"deal-card/deal-card.{name}:3: ")


def test_comments_say_what_they_like(folder: Path) -> None:
    (folder / "deal-card/deal-card.css").write_text(
        "/* margin-left: 1px */ .x { margin-inline: 0; border-inline-start: 0 }"
    )
    assert list(remarks(folder / "deal-card")) == []


def test_a_part_is_looked_at_with_those_that_take_it_in(folder: Path) -> None:
    (folder / "_ground.css").write_text("margin-left: 1px;")
    (folder / "_other.css").write_text("margin-left: 1px;")
    (folder / "deal-card/deal-card.css").write_text('.deal-card { @include "_ground.css"; }')
    assert [str(each).split(": ")[0] for each in remarks(folder / "deal-card")] == ["_ground.css:1"]
