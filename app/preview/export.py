"""`inlay preview export DIR`: a static book for people without a server: every story, light and dark, no script."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from app.preview.book import Edition


def export(edition: Edition, folder: Path) -> int:
    """Write one page a component and an index. Returns how many pages there are."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = edition.shelf.own("export.css")
    components = list(edition.catalog.values())
    for component in components:
        stories = [
            (story, Markup(edition.renderer.fragment(component.tag, story.args, uid=f"s{n}", locale=story.locale)))  # noqa: S704
            for n, story in enumerate(component.stories.values())
        ]
        style = Markup(edition.catalog.styles(component.tag, sheet))  # noqa: S704 our own sheets
        page = edition.renderer.page("preview/book.html", component=component, stories=stories, style=style)
        (folder / f"{component.tag}.html").write_text(page, "utf-8")
    style = Markup(edition.catalog.tokens_css + sheet)  # noqa: S704 our own sheets
    index = edition.renderer.page("preview/index.html", components=components, style=style)
    (folder / "index.html").write_text(index, "utf-8")
    return len(components) + 1
