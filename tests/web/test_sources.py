"""Scripts and style sheets are served small, are of their sources, and mean the same."""

from __future__ import annotations

import gzip
import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from app.hosts import HOSTS
from app.web.sources import loader, served, small_css, with_tokens

TAGS = ("score-badge", "score-card")


def written(root: Path, name: str) -> str:
    return (root / "static/embed" / name).read_text("utf-8")


@pytest.fixture(scope="module")
def embed(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("embed_script", root / "scripts/embed.py")
    assert spec is not None
    assert spec.loader is not None
    embed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(embed)
    return embed


def test_each_script_is_written_from_its_source_as_it_is_now(root: Path, embed: ModuleType) -> None:
    assert embed.stale() == []
    source = root / "static/embed/source"
    files = {path.relative_to(source).as_posix() for path in source.rglob("*.js")}
    files |= {path.name for path in (root / "components").glob("*/*.js")}
    assert files == {part for parts in embed.SCRIPTS.values() for part in parts}
    assert {path.name for path in source.parent.glob("*.js")} == set(embed.SCRIPTS)


def test_every_host_speaks_a_dialect_that_there_is(embed: ModuleType) -> None:
    assert {host.bridge for host in HOSTS.values()} == set(embed.DIALECTS)


def test_a_changed_source_is_noticed(root: Path, tmp_path: Path, embed: ModuleType) -> None:
    shutil.copytree(root / "static/embed", tmp_path, dirs_exist_ok=True)
    with (tmp_path / "source/bridges/canvas/frame.js").open("a") as source:
        source.write("\n")
    assert embed.stale(tmp_path) == ["frame-canvas.js"]
    with (tmp_path / "source/change.js").open("a") as source:
        source.write("\n")
    assert set(embed.stale(tmp_path)) == {"frame-canvas.js", *(f"change-{each}.js" for each in embed.DIALECTS)}


def test_a_script_is_made_of_the_part_that_it_names_too(root: Path, embed: ModuleType) -> None:
    part, own = (root / "components" / name for name in ("_list.js", "score-list/score-list.js"))
    assert embed.files("score-list.js") == [part, own]
    assert embed.source("score-list.js") == part.read_bytes() + own.read_bytes()
    assert embed.files("document-sidebar.js") == [root / "components/document-sidebar/document-sidebar.js"]


def test_the_scripts_keep_within_their_bytes(root: Path, embed: ModuleType) -> None:
    def size(text: str) -> int:
        return len(gzip.compress(text.encode(), 9, mtime=0))

    tags = [folder.name for folder in (root / "components").iterdir() if folder.is_dir()]
    for url in ("https://panels.example.com", "http://127.0.0.1:18931", "https://inlay.customer-name.example.com"):
        assert size(loader(written(root, "inlay.js"), url, tags)) <= 3064  # of 3072: some names are longer
    for dialect in embed.DIALECTS:
        assert size(served(written(root, f"frame-{dialect}.js"))) <= 2048
        assert size(served(written(root, f"change-{dialect}.js"))) <= 1936


def test_nothing_is_kept_in_the_browser(root: Path, embed: ModuleType) -> None:
    """But by a sign-in's window, which is a page of its own: without it, what one began another could complete."""
    for name in embed.SCRIPTS.keys() - {"popup.js"}:
        for word in ("localStorage", "sessionStorage", "indexedDB", "cookie", "eval(", "import "):
            assert word not in served(written(root, name))
        # a frame has one other file, and where viewers sign in that one has another; a verdict fetches one more, and
        # of a list's row that one another
        loads = name.startswith(("frame-", "signin", "change-", "inlay")) or name == "review.js"
        assert served(written(root, name)).count("import(") == int(loads), name


def test_a_window_keeps_its_own_secret_and_nothing_else(root: Path) -> None:
    text = served(written(root, "popup.js"))
    assert (text.count("sessionStorage"), text.count("setItem("), text.count("getItem(")) == (1, 1, 1)
    for word in ("localStorage", "indexedDB", "cookie", "eval(", "import", "innerHTML"):
        assert word not in text


def test_no_message_goes_to_whoever_happens_to_be_there(root: Path, embed: ModuleType) -> None:
    """Every message of a frame names its one receiver; only a port, which is a receiver, needs no name."""
    for name in embed.SCRIPTS:
        assert not re.search(r"""postMessage\([^)]*["']\*["']""", served(written(root, name)))


def test_the_loader_names_its_deployment_and_every_tag(root: Path) -> None:
    text = loader(written(root, "inlay.js"), "https://panels.example.com/", TAGS)
    assert '"https://panels.example.com/"' in text
    assert '"score-badge score-card"' in text
    assert "__INLAY_" not in text
    assert "//" not in text.replace("https://", "")


def test_a_quote_in_the_url_stays_in_its_string(root: Path) -> None:
    text = loader(written(root, "inlay.js"), 'https://a"+alert(1)+"</script>', TAGS)
    assert 'https://a\\"+alert(1)+\\"\\u003c/script>/"' in text


def test_what_cannot_be_served_safely_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="hyphens"):
        loader(written(root, "inlay.js"), "https://a.example", ['x"'])
    with pytest.raises(ValueError, match="names"):
        loader("// Written by hand\nx", "https://a.example", TAGS)
    with pytest.raises(ValueError, match="begins with its note"):
        served("alert(1)")


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


def test_only_the_tokens_that_are_named_go_with_a_sheet() -> None:
    tokens = ":root{--inlay-text:light-dark(#fff,#000);--inlay-line:var(--inlay-edge);--inlay-edge:red}body{margin:0}"
    assert with_tokens(tokens, "a{color:var(--inlay-text)}") == (
        ":root{--inlay-text:light-dark(#fff,#000);--inlay-edge:red}body{margin:0}a{color:var(--inlay-text)}"
    )
    assert with_tokens(tokens, "a{b:var(--inlay-line,1px)}").startswith(":root{--inlay-line:var(--inlay-edge);")
