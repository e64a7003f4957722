"""The solution: its web resource opens the connection's panel, and a newer one replaces the older."""

from __future__ import annotations

from lxml import etree

from app.hosts.dynamics.package import build
from tests.hosts._packages import Files, deployment, files


def solution(**changes: str) -> Files:
    return files(build(deployment("dynamics", **changes))[0])


def page(of: Files) -> str:
    (path,) = (each for each in of if each.startswith("WebResources/"))
    return of[path].decode()


def test_the_page_opens_the_panel_of_its_connection() -> None:
    text = page(solution())
    assert '"https://panels.example.com/launch/dynamics?"' in text
    assert 'component: "score-badge"' in text
    assert "</script>" not in text.split("<script>")[1].rsplit("</script>", 1)[0]


def test_a_newer_one_replaces_the_older_and_no_other_connection_s() -> None:
    old, new, other = solution(), solution(components=("score-card",)), solution(name="other")
    assert set(old) == set(new)
    assert page(old) != page(new)
    resource = "//WebResource/WebResourceId/text()"
    ids = [etree.fromstring(each["customizations.xml"]).xpath(resource) for each in (old, new, other)]
    assert ids[0] == ids[1] != ids[2]
