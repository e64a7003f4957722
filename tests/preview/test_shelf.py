"""The preview's scripts: the served ones, asking the preview's twins and never the real addresses."""

from __future__ import annotations

import re

from app.preview.book import Edition
from app.preview.shelf import WIRE, moved


def test_served_scripts_ask_the_preview_only(edition: Edition) -> None:
    for name in ("embed/frame-plain.js", "embed/change-plain.js", "embed/document-sidebar.js"):
        code = edition.shelf[name].body.decode()
        asked = re.findall(r"""["'`](/(?:preview/wire/)?(?:components|session|reviews|exports)[/:\w]*)""", code)
        assert all(address.startswith(WIRE) for address in asked), name
    assert WIRE in edition.shelf["embed/frame-plain.js"].body.decode()


def test_the_loader_is_for_this_origin(edition: Edition) -> None:
    assert f"http://localhost:9{WIRE}" in edition.shelf.loader("http://localhost:9").body.decode()


def test_only_addresses_move() -> None:
    assert moved('f("/session",a="session")') == f'f("{WIRE}/session",a="session")'
