"""What HubSpot would refuse in our project is refused here, by line, with its mend."""

from __future__ import annotations

import pytest

from tests.hosts._packages import Files, built, files, findings, moved, spoiled

HOST = "hubspot"


@pytest.fixture(scope="module")
def project() -> Files:
    return files(built(HOST)[0])


SPOILED = {
    "an old platform": ("hsproject.json", '"2026.03"', '"2023.1"', "platformVersion is"),
    "no source": ("hsproject.json", '"srcDir"', '"src"', "no srcDir"),
    "another type": ("app-hsmeta.json", '"type": "app"', '"type": "card"', "type is 'card'"),
    "a strange uid": ("app-hsmeta.json", '"inlay_app"', '"inlay app"', "is not taken"),
    "a right to write": ("app-hsmeta.json", "contacts.read", "contacts.write", "asks to write"),
    "no address": ("app-hsmeta.json", '"fetch": ["https://panels.example.com"]', '"fetch": []', "fetch is empty"),
    "no such place": ("card-hsmeta.json", "crm.record.sidebar", "crm.record.footer", "location is"),
    "no entry": ("card-hsmeta.json", "/app/cards/InlayCard.jsx", "/cards/InlayCard.jsx", "is not in the project"),
    "another server": ("InlayCard.jsx", "https://panels.example.com", "https://other.example", "no address of ours"),
}


@pytest.mark.parametrize(("path", "old", "new", "says"), SPOILED.values(), ids=list(SPOILED))
def test_it_is_found(project: Files, path: str, old: str, new: str, says: str) -> None:
    found = findings(HOST, spoiled(project, path, old, new))
    assert any(says in each.what and each.mend for each in found), found


def test_parts_that_are_missing_are_named(project: Files) -> None:
    path = "src/app/app-hsmeta.json"
    assert findings(HOST, {name: project[name] for name in project if name != path})[0].file == path
    found = findings(HOST, moved(project, "inlay-card-hsmeta.json", "inlay-card.json"))
    assert any(each.what == "There is no card." for each in found)
