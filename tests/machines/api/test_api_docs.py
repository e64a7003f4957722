"""docs/api.md: its commands are run, and its configuration is read."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner

from app.application import create_app
from app.cli import main
from app.machines.api.document import document
from app.machines.callers import May
from tests.machines.callers.world import key
from tests.world import World, running

TEXT = (Path(__file__).resolve().parents[3] / "docs/api.md").read_text("utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """The application on a port, for curl."""
    server = make_server("127.0.0.1", 0, create_app(world.parts), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_its_commands_do_what_it_says(world: World, tmp_path: Path) -> None:
    capability = replace(world.settings.capabilities["lead_score"], core="import", fields=("industry", "meetings"))
    settings = replace(world.settings, capabilities={"lead_score": capability})
    world.clock.now = 1_796_040_000.0  # the day of its examples
    with running(settings, world.clock) as (parts, _):
        mine = replace(world, settings=settings, parts=parts)
        keys = {
            name: key(mine, service=service, fields=["industry", "meetings"], may=(may,))["Authorization"].partition(
                " "
            )[2]
            for name, service, may in (("INLAY_KEY", "apex", May.READ), ("INLAY_IMPORT_KEY", "warehouse", May.IMPORT))
        }
        with serving(mine) as url:
            environment = os.environ | keys | {"INLAY_URL": url}

            def run(script: str) -> str:
                done = subprocess.run(
                    ["sh", "-ec", script.replace("curl ", "curl -sS --fail-with-body ")],
                    capture_output=True, text=True, check=False, cwd=tmp_path, env=environment,
                )  # fmt: skip
                assert done.returncode == 0, done.stdout + done.stderr
                return done.stdout

            asks, brings = SHELL[1], SHELL[3]
            assert '"rows":2' in run(brings)
            said = run(asks)
    assert '"score":83.5' in said
    assert '"record":"Lead/4712"' in said
    assert "Met us this week" in said


@pytest.mark.parametrize("line", re.findall(r"inlay (?:api-key|db) [^#\n)]*", SHELL[0] + SHELL[2]))
def test_its_words_are_those_of_the_command(line: str) -> None:
    _, *words = line.split()
    helped = CliRunner().invoke(main, [*words[:2], "--help"])
    assert helped.exit_code == 0
    for option in (each for each in words if each.startswith("-")):
        assert option in helped.output


def test_what_it_names_is_in_the_document() -> None:
    said = str(document("https://inlay.example.com"))
    for word in ("/api/v1/scores:batch", "wrong_rows", "valid_for_s", "computed_at", "hidden_factors", "batch"):
        assert word in said
    assert set(re.findall(r"`(ready|stale|empty|pending)`", TEXT)) == {"ready", "stale", "empty", "pending"}
