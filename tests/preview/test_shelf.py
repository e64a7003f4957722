"""The preview's scripts: the served ones, asking the preview's twins and never the real addresses."""

from __future__ import annotations

import re

from app.preview.book import HOUSE, Edition
from app.preview.shelf import MODULES, WIRE, joined, moved


def test_served_scripts_ask_the_preview_only(edition: Edition) -> None:
    for name in ("embed/frame-plain.js", "embed/change-plain.js", "embed/document-sidebar.js"):
        code = edition.shelf[name].body.decode()
        asked = re.findall(r"""["'`](/(?:preview/wire/)?(?:components|session|reviews|exports)[/:\w]*)""", code)
        assert all(address.startswith(WIRE) for address in asked), name
    assert WIRE in edition.shelf["embed/frame-plain.js"].body.decode()
    for path in sorted((HOUSE / "static/embed").glob("*.js")):  # addresses that are put together too
        if path.name != "inlay.js":
            assert '"/"+' not in edition.shelf[f"embed/{path.name}"].body.decode(), path.name


def test_the_loader_is_for_this_origin(edition: Edition) -> None:
    assert f"http://localhost:9{WIRE}" in edition.shelf.loader("http://localhost:9").body.decode()


def test_only_addresses_move() -> None:
    assert moved('f("/session",a="session")') == f'f("{WIRE}/session",a="session")'


def test_modules_become_one_script_in_which_every_name_is_one_things() -> None:
    assert (
        joined(['import { a } from "./a.js";\nexport const b = a;\n', "const c = b;\n"])
        == "const b = a;\nconst c = b;\n"
    )
    own = HOUSE / "static/preview"
    assert set(MODULES) == {path.stem for path in own.glob("*.js")} - {"probe", "host", "closed"}
    names: list[str] = []
    for name in MODULES:
        text = (own / f"{name}.js").read_text("utf-8")
        names += re.findall(r"^(?:export )?(?:const|let) (\w+)", text, re.MULTILINE)
        needed = re.findall(r'from "\./(\w+)\.js"', text)
        assert set(needed) <= set(MODULES)
    assert len(names) == len(set(names))
    assert not re.search(r"^(?:im|ex)port ", joined((own / f"{name}.js").read_text("utf-8") for name in MODULES), re.M)


def test_nothing_of_ours_ends_the_element_that_it_stands_in(edition: Edition) -> None:
    own = edition.shelf.own("app.js", "probe.js", "host.js", "app.css", "inspect.css", "host.css", "states.css")
    assert not re.search(r"</(?:script|style)|<!--", own, re.IGNORECASE)
