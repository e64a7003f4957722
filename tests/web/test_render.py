"""The renderer: escapes whatever the file's name, refuses what is not declared, serves no line breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError
from markupsafe import Markup

from app.errors import BadRequest, NotFound
from app.web.catalog import Catalog
from app.web.render import FLUSH, Renderer, in_parts
from app.web.texts import Texts
from tests.web.test_catalog import Folder

BOTH = ("templates", "components")


def build(folder: Folder, html: str, *, watch: bool = False) -> Renderer:
    folder.write(html=html)
    catalog = Catalog.load(folder.components, folder.tokens)
    return Renderer(folder.components, folder.path, catalog=catalog, texts=Texts.load(), watch=watch)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def render(renderer: Renderer, **params: object) -> str:
    return renderer.fragment("x-box", {"state": "ready", "name": "n"} | params, uid="u1")


def test_values_are_escaped(folder: Folder) -> None:
    html = render(build(folder, '<p title="{{ name }}">{{ name }}</p>'), name='<b>"&')
    assert html == '<p title="&lt;b&gt;&#34;&amp;">&lt;b&gt;&#34;&amp;</p>'


@pytest.mark.parametrize("suffix", ["html", "txt", "jinja"])
def test_pages_are_escaped_whatever_their_suffix(folder: Folder, suffix: str) -> None:
    (folder.path / f"page.{suffix}").write_text("{{ name }} {{ t('Trend') }} {{ fmt.dir }}")
    renderer = build(folder, "<p>{{ name }}</p>")
    assert renderer.page(f"page.{suffix}", locale="de", name="<b>") == "&lt;b&gt; Verlauf ltr"


def test_no_file_of_a_component_takes_the_place_of_a_page(folder: Folder) -> None:
    pages = folder.path / "pages"
    for place in (pages, folder.components):
        place.mkdir()
        (place / "panel.html").write_text(place.name)
    folder.write(html="<p>{{ name }}</p>")
    catalog = Catalog.load(folder.components, folder.tokens)
    renderer = Renderer(folder.components, pages, catalog=catalog, texts=Texts.load())
    assert (renderer.page("panel.html"), render(renderer)) == ("pages", "<p>n</p>")


def test_no_page_takes_the_place_of_a_component_s_file(root: Path) -> None:
    named = [{str(path.relative_to(root / each)) for path in (root / each).rglob("*.html")} for each in BOTH]
    assert all(named)
    assert not set.intersection(*named)


def test_what_is_not_declared_is_an_error(folder: Folder) -> None:
    with pytest.raises(UndefinedError, match="nmae"):
        render(build(folder, "<p>{{ nmae }}</p>"))


def test_params_are_exactly_the_declared_args(folder: Folder) -> None:
    renderer = build(folder, "<p>{{ name }}</p>")
    with pytest.raises(BadRequest, match="extra"):
        render(renderer, extra=1)
    with pytest.raises(BadRequest, match="name"):
        renderer.fragment("x-box", {"state": "ready"}, uid="u1")
    with pytest.raises(NotFound):
        renderer.fragment("x-none", {}, uid="u1")


def test_a_broken_template_shows_at_start_with_its_line(folder: Folder) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        build(folder, "<p>\n\n{{ name\n</p>")
    assert caught.value.lineno >= 3


def test_line_breaks_of_the_template_are_not_served_and_those_of_values_are(folder: Folder) -> None:
    html = render(build(folder, '<p\n  id="a"\n  lang="b">\n  some\n  words {{ name }}\n</p>\n'), name="a\n  b")
    assert html == '<p id="a" lang="b">some words a\n  b</p>'


def test_a_changed_template_is_read_again_only_when_watched(folder: Folder) -> None:
    import os

    watched, kept = build(folder, "<p>one</p>", watch=True), build(folder, "<p>one</p>")
    folder.write(html="<p>two</p>")
    os.utime(folder.components / "x-box" / "x-box.html", (1, 1))
    assert render(watched) == "<p>two</p>"
    assert render(kept) == "<p>one</p>"


def test_texts_and_formats_are_the_viewer_s(folder: Folder) -> None:
    renderer = build(folder, "{{ t('Trend') }} {{ fmt.number(1.5) }} {{ fmt.lang }} {{ fmt.dir }} {{ uid }}")
    params = {"state": "ready", "name": "n"}
    assert renderer.fragment("x-box", params, uid="u1", locale="de-AT") == "Verlauf 1,5 de ltr u1"
    assert renderer.fragment("x-box", params, uid="u2", locale="ar") == "Trend 1.5 en rtl u2"


def test_pieces_are_joined_up_to_where_the_template_says_so() -> None:
    assert list(in_parts(["a", "b", FLUSH, "c", "d"])) == ["ab", "cd"]
    assert list(in_parts(["a"])) == ["a"]


def test_the_next_part_is_not_made_before_it_is_asked_for() -> None:
    def pieces() -> object:
        yield "head"
        yield FLUSH
        raise AssertionError("too early")

    assert next(in_parts(pieces())) == "head"  # type: ignore[arg-type]


def test_nothing_that_is_escaped_can_be_the_mark() -> None:
    """The mark is compared with whole pieces: a text that holds it as a part stays a text."""
    assert list(in_parts([Markup("a\x00flush")])) == ["a\x00flush"]
