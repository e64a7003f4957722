"""The static book: every component and story, no script, nothing fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

from app.preview.book import Edition
from app.preview.export import export


def test_a_book_has_every_story(edition: Edition, tmp_path: Path) -> None:
    assert export(edition, tmp_path / "out") == len(edition.catalog) + 1
    index = (tmp_path / "out/index.html").read_text()
    for tag, component in edition.catalog.items():
        page = (tmp_path / f"out/{tag}.html").read_text()
        assert f'href="{tag}.html"' in index
        assert all(f'<section id="{name}">' in page for name in component.stories)
        assert "<script" not in page
        assert "http" not in page.replace("http://www.w3.org", "").replace("https://northwind", "")[:2000]
