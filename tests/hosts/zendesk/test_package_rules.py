"""What Zendesk would refuse in our app is refused here, by line, with its mend."""

from __future__ import annotations

import pytest

from tests.hosts._packages import Files, built, files, findings, moved, spoiled

HOST = "zendesk"


@pytest.fixture(scope="module")
def app() -> Files:
    return files(built(HOST)[0])


SPOILED = {
    "unsigned": ('"signedUrls": true', '"signedUrls": false', "nobody is known"),
    "a flag that is a word": ('"private": true', '"private": "yes"', "private is 'yes'"),
    "an old framework": ('"frameworkVersion": "2.0"', '"frameworkVersion": "1.0"', "is not served"),
    "another product": ('"support"', '"sell"', "not shown in 'sell'"),
    "no such place": ('"ticket_sidebar"', '"ticket_footer"', "no location of support"),
    "no author": ('"email"', '"mail"', "no name or no email"),
    "another page": ("/pages/zendesk/sidebar", "/launch/zendesk", "no page that knows which record"),
    "a language without texts": ('"defaultLocale": "en"', '"defaultLocale": "fr"', "has no texts"),
}


@pytest.mark.parametrize(("old", "new", "says"), SPOILED.values(), ids=list(SPOILED))
def test_it_is_found(app: Files, old: str, new: str, says: str) -> None:
    found = findings(HOST, spoiled(app, "manifest.json", old, new))
    assert any(says in each.what and each.mend for each in found), found


def test_files_that_are_missing_or_elsewhere_are_named(app: Files) -> None:
    for path in ("assets/logo.png", "translations/en.json"):
        assert any(each.file == path for each in findings(HOST, {name: app[name] for name in app if name != path}))
    nested = {f"inlay/{path}": content for path, content in app.items()}
    assert findings(HOST, nested)[0].what == "manifest.json is not at the top of the archive."
    small = app | {"assets/logo.png": app["assets/logo-small.png"]}
    assert "128 x 128" in findings(HOST, small)[0].what
    assert findings(HOST, moved(app, "de.json", "deutsch.json"))[0].what == "This is no language."
    lost = spoiled(app, "en.json", '"short_description"', '"brief"')
    assert any("short_description" in each.what for each in findings(HOST, lost))
