"""A CRM on a real port, and a stand-in for the server whose panels it embeds; for tests in a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk

LAUNCHED = """<!doctype html><title>Panel</title><script src="/sdk.js"></script>
<script type="application/json" id="proof">%s</script>
<script>
const text = JSON.parse(document.getElementById("proof").textContent);
if (window.Sfdc) window.sr = JSON.parse(Sfdc.canvas.decode(text.split(".")[1]));
</script><p id="content">A panel</p>"""


@dataclass
class StandIn:
    """Answers launches with a page that holds the given script; remembers what was posted."""

    sdk: str = ""
    panel: str = LAUNCHED
    launches: list[tuple[str, str]] = field(default_factory=list)  # component, proof

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.post("/launch/<connection>")
        def launch(connection: str) -> Response:
            proof = request.form.get("signed_request") or request.form.get("token", "")
            self.launches.append((request.args["component"], proof))
            return Response(self.panel % json.dumps(proof).replace("<", "\\u003c"), mimetype="text/html")

        @app.get("/sdk.js")
        def sdk() -> Response:
            return Response(self.sdk, mimetype="text/javascript")

        @app.get("/healthz")
        def alive() -> str:
            return "ok"

        @app.post("/events/<connection>")
        def event(connection: str) -> tuple[str, int]:
            return "", 202

        return app


@contextmanager
def serving(app: Flask, server: BaseWSGIServer | None = None) -> Iterator[BaseWSGIServer]:
    server = server or make_server("127.0.0.1", 0, app, threaded=True)
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def crm_on_a_port(config: CrmConfig, stand_in: StandIn, inlay: str = "") -> Iterator[Desk]:
    """Both servers, each on a site of its own: localhost embeds into 127.0.0.1."""
    with serving(stand_in.app()) as served:
        server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
        desk = Desk.open(
            replace(
                config,
                origin=f"http://127.0.0.1:{server.server_port}",
                inlay=inlay or f"http://localhost:{served.server_port}",
            )
        )
        Path(config.state).mkdir(exist_ok=True)
        with serving(create_crm(desk), server):
            yield desk
