"""The benchmark's configuration is the demo's with more allowed; it must not be found out only by running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Settings
from app.demo.crm import leads as invented
from app.demo.crm import match
from bench.configuration import configuration
from bench.proofs import CARRIED, FRAMED, PAGES, Places

COLUMNS = [column.name for column in invented.generate().columns]
OFFERED = [{"name": "lead_score", "fields": [{"name": name} for name in COLUMNS]}]


def test_the_benchmarks_page_may_embed_what_is_measured(
    tmp_path: Path, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "http://127.0.0.1"
    at = [f"{here}:{port}" for port in range(2, 6)]
    places = Places("http://localhost:1", *at, "http://localhost:4", str(tmp_path))
    (tmp_path / "keys").symlink_to(secrets)
    read = Settings.parse(configuration(places, match.fits(OFFERED, COLUMNS), 2), folder=tmp_path)
    for name in (FRAMED, PAGES, CARRIED):
        assert places.host in read.connections[name].origins
        assert str(read.connections[name].limit_viewer) == "1000000 per 1 second"
