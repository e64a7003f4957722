"""A browser in which packages and pages of ours meet the real panel: every address is answered here, ours by the app.

The world behind it knows one document, by each of the names that a host may give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route

from app.hosts._package import Deployment
from tests.core.analysing import analysing_core
from tests.hosts._directory import serve
from tests.hosts._proofs import DRIVE, entra
from tests.library import CONTRACT, File, Library, documents_of
from tests.world import World, connections
from tests.world import world as make_world

INLAY = "https://inlay.example.com"
SIDEBAR = "document-sidebar"
ROW = re.compile(r"/sites/([^,/]+),([^,/]+),([^,/]+)/lists/([^/]+)/items/([^/]+)/driveItem")


@dataclass
class Everywhere(Library):
    """The API knows the document also by its address, and as a library's row."""

    asked: list[str] = field(default_factory=list)

    def item(self, path: str, token: str) -> tuple[int, dict[str, str], Any]:
        bare = path.partition("?")[0]
        self.asked.append(bare)
        row = ROW.fullmatch(bare)
        if row is None and not bare.startswith("/shares/"):
            return super().item(path, token)
        status, headers, body = super().item(f"/drives/{DRIVE}/items/{CONTRACT.rpartition(':')[2]}", token)
        if row and status == 200:
            names = ("siteId", "webId", "listId", "listItemUniqueId")
            body = body | {"sharepointIds": dict(zip(names, row.groups()[1:], strict=True))}
        return status, headers, body


@dataclass
class Hosted:
    """One browser window, what it asked for, and the world behind our addresses."""

    context: BrowserContext
    page: Page
    world: World
    library: Everywhere
    pages: dict[str, str] = field(default_factory=dict)  # address without its query -> text
    folders: dict[str, Path] = field(default_factory=dict)  # start of addresses -> where their files are
    policy: str = ""  # of the host's pages
    urls: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def deployment(self, host: str) -> Deployment:
        settings = self.world.settings
        return Deployment(INLAY, settings.connections[host], settings.capabilities, "1.2.3")

    def serve(self, route: Route) -> None:
        request = route.request
        self.urls.append(request.url)
        bare = request.url.partition("?")[0]
        if request.url.startswith(INLAY):
            answer = self.world.client.open(
                request.url.removeprefix(INLAY),
                method=request.method,
                headers={name: value for name, value in request.headers.items() if name != "content-length"},
                data=request.post_data_buffer,
                base_url=INLAY,
            )
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
            return
        kind = "text/javascript" if bare.endswith(".js") else "text/html"
        headers = {"Content-Type": kind, "Access-Control-Allow-Origin": "*"}
        if bare in self.pages:
            policy = {"Content-Security-Policy": self.policy} if self.policy and kind == "text/html" else {}
            route.fulfill(status=200, headers=headers | policy, body=self.pages[bare])
            return
        start = next((each for each in self.folders if bare.startswith(each)), "")
        file = self.folders[start] / bare.removeprefix(start) if start else None
        found = file is not None and file.is_file()
        route.fulfill(status=200 if found else 404, headers=headers, path=file if found else None)


def proof(host: str, **claims: Any) -> str:
    """A token of a viewer's as this host's pages get it."""
    builder = entra(host)
    for name, value in claims.items():
        builder = builder.said(name, value)
    return str(builder.proof())


def sidebar(frame: FrameLocator) -> Any:
    return frame.locator(f".{SIDEBAR}").first


@contextmanager
def hosted(browser: Browser, folder: Path, **viewport: Any) -> Iterator[Hosted]:
    """A fresh window, and a fresh world behind it. A script error in any frame fails the test."""
    library = Everywhere()
    library.put(CONTRACT, File())
    records = ("driveItem", "listItem", "share")
    with serve(library), analysing_core() as core:
        known = [_framed(each) for each in connections(library.url)]
        with (
            make_world(folder, connections=known) as world,
            documents_of(world, core.url, components=(SIDEBAR,), records=records) as shown,
        ):
            context = browser.new_context(**viewport)
            page = context.new_page()
            page.set_default_timeout(10_000)
            stage = Hosted(context, page, shown, library)
            page.on("pageerror", lambda error: stage.faults.append(str(error)))
            context.route("**/*", stage.serve)
            yield stage
            context.close()
            assert stage.faults == [], stage.faults


def _framed(connection: Any) -> Any:
    """Its pages may be ours, and hand a token out again."""
    if not connection.tenants:
        return connection
    return replace(connection, origins=(*connection.origins, "https://teams.microsoft.com", INLAY), single_use=False)
