"""The simulated CRM as the other side: its desk, and its API behind a door without sockets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk
from app.net.door import Request, Response

CRM = "http://127.0.0.1:8001"
Call = Callable[[Request], Response]


@pytest.fixture
def desk(tmp_path: Path, secrets: Path) -> Desk:
    nowhere = "http://127.0.0.1:9"
    return Desk.open(CrmConfig(CRM, nowhere, nowhere, keys=str(secrets), state=str(tmp_path)))


@pytest.fixture
def call(desk: Desk) -> Call:
    """The CRM behind a door without sockets."""
    client = create_crm(desk).test_client()

    def ask(request: Request) -> Response:
        url, (body, kind) = urlsplit(request.url), request.content()
        path = f"{url.path}?{url.query}"
        found = client.open(path, base_url=CRM, method=request.method, data=body, headers={**request.headers, **kind})
        return Response(found.status_code, dict(found.headers), found.data)

    return ask
