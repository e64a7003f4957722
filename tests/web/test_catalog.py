"""The catalogue: what a folder must hold, said clearly; args checked and coerced; sheets made small."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadRequest, ConfigError, NotFound
from app.web.args import SchemaError, read_schema
from app.web.catalog import REQUIRED_STORIES, Catalog

ARGS = """
summary = "A box."
[args]
state = { type = "enum", of = ["ready", "pending"], default = "ready", doc = "State." }
name = { type = "text", max = 9, default = "n", doc = "Name." }
"""


class Folder:
    """A components folder of one component, right unless a test says otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.components = path / "components"
        self.tokens = path / "tokens.css"
        self.tokens.write_text(":root { --a: 1 }")

    def write(
        self, *, tag: str = "x-box", html: str = "<p></p>", css: str = "", head: str = ARGS, more: str = ""
    ) -> None:
        folder = self.components / tag
        folder.mkdir(parents=True, exist_ok=True)
        stories = "".join(f"[story.{name}]\n" for name in REQUIRED_STORIES if f"[story.{name}]" not in more)
        for name, text in {
            f"{tag}.html": html,
            f"{tag}.css": css,
            "stories.toml": head + stories + more,
        }.items():
            (folder / name).write_text(text)
        (folder / "README.md").write_text("# box")

    def load(self) -> Catalog:
        return Catalog.load(self.components, self.tokens)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def problems(folder: Folder) -> str:
    with pytest.raises(ConfigError) as caught:
        folder.load()
    return str(caught.value)


def test_a_component_is_its_folder(folder: Folder) -> None:
    folder.write(more='[story.other]\nbase = "more"\nlocale = "ar"\n[story.more]\nargs = { name = "m" }\n')
    catalog = folder.load()
    assert list(catalog) == ["x-box"]
    box = catalog["x-box"]
    assert (box.template, box.opens, box.script) == ("x-box/x-box.html", (), "")
    assert box.stories["ready"].args == {"state": "ready", "name": "n"}
    assert box.stories["other"].args == {"state": "ready", "name": "m"}
    assert (box.stories["other"].locale, box.stories["other"].doc) == ("ar", "")
    assert "x-none" not in catalog
    with pytest.raises(NotFound):
        catalog["x-none"]


def test_every_problem_of_every_folder_is_said_at_once(folder: Folder) -> None:
    folder.write(tag="x-one", more="[story.odd]\nargs = { nmae = 1 }\n")
    folder.write(tag="x-two")
    (folder.components / "x-two" / "README.md").unlink()
    folder.write(tag="three")
    said = problems(folder)
    assert "[story.odd] nmae is not declared" in said
    assert "x-two: lacks README.md" in said
    assert "three: is not an element's name" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"css": "a { background: url(x.png) }"}, "loads something"),
        ({"css": '.x-box { @include "_none.css"; }'}, "x-box: takes in _none.css, which does not exist"),
        ({"css": '.x-box { @include "none.css"; }'}, "takes in what is no part"),
        ({"html": '{% from "_none.html" import a %}'}, "x-box: takes in _none.html, which does not exist"),
        ({"css": "a::after { content: '</style>' }"}, "could close its <style>"),
        ({"head": "summary = 1\n[args]\n"}, "has no summary"),
        ({"head": ARGS.replace("summary", "sumary")}, "unknown key 'sumary'"),
        ({"head": "opens = ['x-none']" + ARGS}, "opens 'x-none', which does not exist"),
        ({"head": "opens = 'x-box'" + ARGS}, "opens that is not a list"),
        ({"head": "summary = "}, "is not TOML"),
        ({"head": ARGS.replace('"enum"', '"num"')}, "[args] state needs a type"),
        ({"more": '[story.ready]\nbase = "ready"\n'}, "stands on itself: ready -> ready"),
        ({"more": '[story.ready]\nbase = "nope"\n'}, "'nope' must be a table"),
        ({"more": "[story.ready]\nargz = {}\n"}, "must be a table of args, base, doc, flow, locale"),
        ({"more": "[story.ready]\nflow = 3\n"}, "a flow that is not written"),
        ({"more": "[story.ready]\nflow = { after = 1, go = 'nope' }\n"}, "flows to 'nope'"),
        ({"more": "[story.Ready]\n"}, "needs a name in small letters"),
    ],
)
def test_a_wrong_folder_is_refused_with_words(folder: Folder, change: dict[str, str], said: str) -> None:
    folder.write(**change)
    assert said in problems(folder)


def test_every_required_state_has_a_story(folder: Folder) -> None:
    folder.write()
    path = folder.components / "x-box" / "stories.toml"
    path.write_text(path.read_text().replace("[story.denied]\n", ""))
    assert "has no story 'denied'" in problems(folder)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("text", "needs a type"),
        ({"type": "text", "doc": "d"}, "lacks max"),
        ({"type": "enum", "doc": "d", "of": []}, "must be a list of texts"),
        ({"type": "list", "doc": "d", "max": 2, "of": {"type": "odd"}}, r"a\[\] needs a type"),
        ({"type": "bool", "doc": "d", "max": 1}, "has max, which a bool does not take"),
        ({"type": "bool"}, "needs a doc sentence"),
        ({"type": "int", "doc": "d", "min": 3, "default": 1}, "the default of a must be at least 3"),
        ({"type": "object", "doc": "d", "fields": {}}, "at least one row"),
    ],
)
def test_a_wrong_schema_is_refused_with_words(row: Any, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        read_schema({"a": row})


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAIR = {"type": "object", "doc": "d", "fields": {"k": {"type": "int", "doc": "d"}}}
KINDS: dict[str, dict[str, Any]] = {
    "int": {"type": "int", "min": 0, "max": 100},
    "number": {"type": "number", "min": 0, "max": 1},
    "bool": {"type": "bool"},
    "text": {"type": "text", "max": 5},
    "enum": {"type": "enum", "of": ["a", "b"]},
    "datetime": {"type": "datetime"},
    "list": {"type": "list", "max": 2, "of": PAIR},
    "maybe": {"type": "int", "nullable": True},
}


def checked(kind: str, value: Any) -> Any:
    return read_schema({"a": KINDS[kind] | {"doc": "d"}})["a"].check(value)


@pytest.mark.parametrize(
    ("kind", "given", "got"),
    [
        ("int", 7, 7),
        ("int", "7", 7),
        ("number", 1, 1),
        ("number", "0.5", 0.5),
        ("bool", True, True),
        ("bool", "on", True),
        ("bool", "False", False),
        ("text", "{{7}}", "{{7}}"),
        ("text", "", ""),
        ("enum", "b", "b"),
        ("datetime", "2026-11-23T12:00:00Z", NOON),
        ("datetime", NOON, NOON),
        ("list", [{"k": 1}], [{"k": 1}]),
        ("list", '[{"k": "2"}]', [{"k": 2}]),
        ("maybe", None, None),
        ("maybe", "", None),
        ("maybe", 3, 3),
    ],
)
def test_values_are_taken_in_their_own_type_or_as_typed_text(kind: str, given: Any, got: Any) -> None:
    value = checked(kind, given)
    assert value == got
    assert type(value) is type(got)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("int", 101, "at most 100"),
        ("int", -1, "at least 0"),
        ("int", 1.5, "whole number"),
        ("int", True, "whole"),
        ("int", "x", "whole"),
        ("int", None, "must not be empty"),
        ("number", float("nan"), "finite"),
        ("number", "inf", "finite"),
        ("number", 10**400, "at most"),  # JSON has whole numbers that no float holds
        ("number", [], "a number"),
        ("bool", 1, "true or false"),
        ("bool", "maybe", "true or"),
        ("text", "123456", "at most 5"),
        ("text", 5, "a text"),
        ("enum", "c", "one of a, b"),
        ("enum", ["a"], "one of"),
        ("datetime", "2026-11-23", "with its zone"),
        ("datetime", "soon", "with its zone"),
        ("datetime", 5, "zone"),
        ("list", [{"k": 1}] * 3, "at most 2"),
        ("list", [{"k": "x"}], r"a\[0\].k must be a whole"),
        ("list", 5, "a list"),
        ("list", [{"j": 1}], r"a\[0\].j is not declared"),
        ("list", [{}], r"a\[0\].k is missing"),
        ("list", "[", "JSON"),
        ("list", [5], "an object"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(kind: str, given: Any, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        checked(kind, given)


def test_a_component_s_sheet_comes_with_its_tokens(folder: Folder) -> None:
    folder.write(css=".x-box { color: red }")
    catalog = folder.load()
    assert catalog.styles("x-box") == ":root{--a:1}.x-box{color:red}"
    assert catalog.tokens_css == ":root{--a:1}"


def test_what_components_share_stands_where_each_takes_it_in(folder: Folder) -> None:
    folder.write(
        css='.x-box { color: red; @include "_said.css"; i { margin: 0 } }', html='{% from "_a.html" import a %}'
    )
    folder.write(tag="x-pill", css='.x-pill { @include "_said.css"; }')
    (folder.components / "_said.css").write_text("/* said */\n\nb {\n  margin: 1px;\n}\n")
    (folder.components / "_a.html").write_text("{% macro a() %}{% endmacro %}")
    catalog = folder.load()
    assert catalog["x-box"].css == ".x-box{color:red;b{margin:1px}i{margin:0}}"
    assert catalog["x-pill"].css == ".x-pill{b{margin:1px}}"
    assert (catalog["x-box"].parts, catalog["x-pill"].parts) == (("_a.html", "_said.css"), ("_said.css",))


def test_a_part_takes_in_no_other(folder: Folder) -> None:
    folder.write(css='@include "_a.css";')
    for name, other in (("_a.css", "_b.css"), ("_b.css", "_a.css")):
        (folder.components / name).write_text(f'@include "{other}";')
    assert "takes in what is no part" in problems(folder)
