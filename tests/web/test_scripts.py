"""The scripts that browsers get are of their sources, small enough, and filled in safely."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from app.web.scripts import loader, served

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
    sources = [*(root / "static/embed/source").iterdir(), *(root / "components").glob("*/*.js")]
    assert sorted(path.name for path in sources) == sorted(embed.SCRIPTS)


def test_a_changed_source_is_noticed(root: Path, tmp_path: Path, embed: ModuleType) -> None:
    (tmp_path / "source").mkdir()
    for name in embed.SCRIPTS:
        (tmp_path / name).write_text(written(root, name), "utf-8")
        (tmp_path / "source" / name).write_bytes(embed.origin(name).read_bytes() + b"\n")
    assert embed.stale(tmp_path) == list(embed.SCRIPTS)


def test_the_scripts_keep_within_their_bytes(root: Path) -> None:
    def size(text: str) -> int:
        return len(gzip.compress(text.encode(), 9, mtime=0))

    assert size(loader(written(root, "inlay.js"), "https://panels.example.com", TAGS)) <= 3072
    assert size(served(written(root, "frame.js"))) <= 2048
    assert size(served(written(root, "change.js"))) <= 1280


@pytest.mark.parametrize("name", ["inlay.js", "frame.js", "change.js"])
def test_nothing_is_kept_in_the_browser(root: Path, name: str) -> None:
    for word in ("localStorage", "sessionStorage", "indexedDB", "cookie", "eval(", "import(", "import "):
        assert word not in served(written(root, name))


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
    with pytest.raises(ValueError, match="once"):
        loader("// Written by hand\nx", "https://a.example", TAGS)
    with pytest.raises(ValueError, match="begins with its note"):
        served("alert(1)")
