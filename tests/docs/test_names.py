"""What the documents name is there: files, links, settings, audit events, metrics, addresses."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from app.application import create_app
from app.audit import EVENTS
from app.config.reader import rows
from app.config.table import SECTIONS
from app.health.diagnosis.reasons import Layer
from app.metrics import METRICS
from app.scorer.http import create_core
from tests.docs.pages import FOLDERS, ROOT, Page, Said, page, pages
from tests.world import World

PAGES = pages()
WORDS = [each for page in PAGES for each in page.words()]
# Names that a document invents to tell how something is made, or that stand for any name.
INVENTED = re.compile(r"<[\w-]+>|NAME|\.\.\.|deal[-_]card")
THEIR_NAMES = {"inlay_panel"}  # a page of ours at ServiceNow
THEIRS = ("/sites/", "/inlay-token", "/v2/models", "/invocations", "/predict")  # addresses of hosts, of models


# --- files ---


def paths() -> Iterator[tuple[Said, str]]:
    """What is written as a path of this repository."""
    for said in WORDS:
        for word in said.text.split():
            path = word.partition(":")[0].rstrip(",;")
            if re.fullmatch(r"[\w.<>*/-]+", path) and path.partition("/")[0] in FOLDERS and "/" in path:
                yield said, path


def test_every_file_that_is_named_is_there() -> None:
    found = list(paths())
    assert len(found) > 60
    assert not {str(said) for said, path in found if not list(ROOT.glob(INVENTED.sub("*", path.rstrip("/"))))}


def test_every_link_leads_somewhere() -> None:
    lost = set()
    for each in PAGES:
        for said in each.links():
            place, _, anchor = said.text.partition("#")
            if place.startswith(("https://", "http://")):
                continue
            path = (each.path.parent / place).resolve() if place else each.path
            if not path.exists() or (anchor and anchor not in Page(path).anchors()):
                lost.add(f"{said.page}:{said.line}: {said.text}")
    assert not lost


def test_every_document_is_in_the_index() -> None:
    index = page("docs/README.md")
    listed = [(index.path.parent / said.text).resolve() for said in index.links()]
    assert len(listed) == len(set(listed)), "twice"
    assert {each.path for each in PAGES if each.path.is_relative_to(ROOT / "docs")} - {index.path} <= {*listed}


def test_the_changelog_ends_at_the_version_that_this_is() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    titles = re.findall(r"^## \[([^\]]+)\]", page("CHANGELOG.md").path.read_text("utf-8"), re.MULTILINE)
    assert next(each for each in titles if each != "Unreleased") == version


# --- settings, events, metrics ---


def test_every_setting_that_is_named_with_its_section_is_there() -> None:
    known = {(family, name) for family, section in SECTIONS.items() for name, _ in rows(section)}
    named = {
        (match[1], match[2], str(said))
        for said in WORDS
        if (match := re.fullmatch(r"\[([a-z]+)(?:\.[\w*<>-]+)?\] ([a-z_]+)(?: = .*)?", said.text))
    }
    assert len(named) > 10
    assert not {said for family, name, said in named if (family, name) not in known}


def test_every_audit_event_that_is_named_is_there() -> None:
    begin = {name.partition(".")[0] for name in EVENTS}
    named = {
        (word, str(said))
        for said in WORDS
        for word in re.findall(r"(?:^|--event )([a-z]+\.[a-z]+)$", said.text)
        if word.partition(".")[0] in begin and word.rpartition(".")[2] not in ("js", "py", "html", "changed", "outcome")
    }
    assert len(named) > 10
    assert not {said for word, said in named if word not in EVENTS}


def test_every_metric_that_is_named_is_there() -> None:
    ends = ("", "_total", "_seconds", "_seconds_count", "_seconds_bucket")
    known = {f"inlay_{name}{end}" for name in METRICS for end in ends}
    named = {(word, str(said)) for said in WORDS for word in re.findall(r"\binlay_\w+", said.text)}
    assert len(named) > 5
    assert not {said for word, said in named if word not in known and word not in THEIR_NAMES}


def test_each_layer_of_a_blank_panel_is_explained() -> None:
    text = page("docs/troubleshooting.md").path.read_text("utf-8")
    rows_ = re.findall(
        r"^\| ([\w' -]+) \|", text.partition("## A panel is blank")[2].partition("\n## ")[0], re.MULTILINE
    )
    assert [each for each in rows_ if each != "layer"] == [layer for layer in Layer if layer is not Layer.VIEW]


def test_what_a_viewer_reads_is_what_panels_say() -> None:
    text = (
        page("docs/troubleshooting.md").path.read_text("utf-8").partition("## A viewer reads")[2].partition("\n## ")[0]
    )
    words = re.findall(r'^\| "([^"]+)"', text, re.MULTILINE)
    folders = ("components", "templates", "app/web", "app/views", "static/embed/source")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".html", ".py", ".js")
    ]
    said = "".join(path.read_text("utf-8") for path in files) + (ROOT / "app/errors.py").read_text("utf-8")
    assert len(words) >= 5
    assert not [each for each in words if f'"{each}' not in said]


# --- addresses ---


def asked() -> Iterator[tuple[Said, str, str]]:
    """Requests to us or to a core: in sentences by their method, in blocks by curl."""
    for each in PAGES:
        for said in each.words():
            if match := re.fullmatch(r"(GET|POST|PUT|DELETE) (/\S*)", said.text):
                yield said, match[1], match[2]
        for said in each.blocks("sh"):
            for call in re.findall(r"curl ((?:\\\n|[^\n])*)", said.text):
                place = re.search(r"(?:\$INLAY_URL|http://localhost:8000)(/[^\s\"']*)", call)
                assert place, f"{said}: of whom?"
                method = re.search(r"-X (\w+)", call)
                yield said, method[1] if method else "POST" if " -d " in call else "GET", place[1]


def there(at: MapAdapter, method: str, path: str) -> bool:
    try:
        at.match(path, method)
    except RequestRedirect:
        return False
    except MethodNotAllowed:
        return False
    except HTTPException:
        return False
    return True


def test_every_address_that_is_named_answers(world: World) -> None:
    ours = create_app(world.parts).url_map.bind("inlay.example.com")
    cores = create_core({}).url_map.bind("core.example.com")
    found = list(asked())
    assert len(found) > 10
    for said, method, address in found:
        path = re.sub(r"<\w+>|\{\w+\}", "x", address.partition("?")[0])
        if not path.startswith(THEIRS):
            assert there(ours, method, path) or there(cores, method, path), said


def test_a_wrong_address_is_found(world: World) -> None:
    ours = create_app(world.parts).url_map.bind("inlay.example.com")
    assert there(ours, "POST", "/session")
    assert not there(ours, "GET", "/session")
    assert not there(ours, "GET", "/api/v1/score/lead_score/Lead/1")


@pytest.mark.parametrize("name", ["docs/designers.md", "README.md"])
def test_a_page_has_anchors(name: str) -> None:
    """The check of links rests on them."""
    assert page(name).anchors()
