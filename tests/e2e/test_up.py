"""The demo is up: each of its services by its name, on sites of their own."""

from __future__ import annotations

import requests

from tests.e2e.demo import Demo


def test_all_services_are_named_and_answer(demo: Demo) -> None:
    assert demo.inlay.startswith("http://localhost:")  # another site than the CRM's
    for name in ("inlay", "crm", "core", "library"):
        assert requests.get(f"{getattr(demo, name)}/healthz", timeout=5).ok
    assert requests.get(demo.preview, timeout=5).ok
    assert requests.get(f"{demo.admin}/enter", timeout=5).ok
