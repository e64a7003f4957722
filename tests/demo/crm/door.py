"""The network door's twin for what the CRM plays: its own application answers what Inlay asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from app.net.door import Request, Response


@dataclass
class PlayedDoor:
    client: FlaskClient
    asked: list[str] = field(default_factory=list)

    def call(self, request: Request) -> Response:
        body, headers = request.content()
        parts = urlsplit(request.url)
        self.asked.append(parts.path)
        answer = self.client.open(
            f"{parts.path}?{parts.query}",
            method=request.method,
            data=body,
            headers={**headers, **request.headers},
            base_url=f"{parts.scheme}://{parts.netloc}",
        )
        return Response(answer.status_code, dict(answer.headers), answer.get_data())
