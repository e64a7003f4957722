"""The page of an application with an OpenID provider: it asks its own client for ID tokens, and keeps none."""

from __future__ import annotations

from app.hosts import _page_package
from app.hosts.oidc.package import build
from tests.hosts._packages import deployment, files, findings, spoiled


def test_the_page_asks_for_id_tokens_and_holds_none() -> None:
    made = files(build(deployment("oidc"))[0])
    assert set(made) == {"README.md", _page_package.PAGE, _page_package.HOST_SCRIPT}
    assert b"window.inlayIdToken()" in made["inlay-host.js"]
    assert findings("oidc", made) == []


def test_what_is_spoiled_is_found_on_its_line() -> None:
    broken = spoiled(files(build(deployment("oidc"))[0]), "page.html", "<h1>", "<script>1</script><h1>")
    (found,) = findings("oidc", broken)
    assert "<script>1" in broken["page.html"].decode().splitlines()[found.line - 1]
