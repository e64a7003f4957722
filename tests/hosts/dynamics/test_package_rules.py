"""What Dataverse would refuse in our solution is refused here, by line, with its mend."""

from __future__ import annotations

import pytest

from tests.hosts._packages import Files, built, files, findings, spoiled

HOST = "dynamics"


@pytest.fixture(scope="module")
def solution() -> Files:
    return files(built(HOST)[0])


SPOILED = {
    "a short version": ("solution.xml", "<Version>1.2.3.0", "<Version>1.2.3", "version '1.2.3' is not taken"),
    "a strange name": ("solution.xml", "<UniqueName>Inlay", "<UniqueName>In lay", "unique name"),
    "a reserved prefix": ("solution.xml", "Prefix>inlay</", "Prefix>mscrmx</", "prefix is"),
    "out of order": ("solution.xml", "<Managed>0</Managed>\n", "", "has no <Managed>"),
    "no root component": ("solution.xml", 'type="61"', 'type="60"', "no root component"),
    "another's name": ("customizations.xml", "<Name>inlay_/", "<Name>new_/", "not the publisher's"),
    "a script": ("customizations.xml", "<WebResourceType>1", "<WebResourceType>3", "HTML only"),
    "an unknown element": ("customizations.xml", "<IsHidden>0</IsHidden>", "<Hidden>0</Hidden>", "is not known"),
    "no such file": ("customizations.xml", "<FileName>/Web", "<FileName>/web", "not in the archive"),
    "no content type": ("[Content_Types].xml", "/WebResources/", "/Web/", "no content type"),
}


@pytest.mark.parametrize(("path", "old", "new", "says"), SPOILED.values(), ids=list(SPOILED))
def test_it_is_found(solution: Files, path: str, old: str, new: str, says: str) -> None:
    found = findings(HOST, spoiled(solution, path, old, new))
    assert any(says in each.what and each.mend for each in found), found


def test_a_page_that_does_not_know_its_row_is_found(solution: Files) -> None:
    (path,) = (each for each in solution if each.startswith("WebResources/"))
    for part in ("inlayAround", '.get("typename")', '.get("id")'):
        broken = solution | {path: solution[path].replace(part.encode(), b"x")}
        assert findings(HOST, broken)[0].file == path


def test_parts_that_are_missing_are_named(solution: Files) -> None:
    for path in ("solution.xml", "customizations.xml", "[Content_Types].xml"):
        assert findings(HOST, {name: solution[name] for name in solution if name != path})[0].file == path
