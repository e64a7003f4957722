"""Services and their keys, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from app.machines.callers import May
from app.machines.callers.keys import Wanted
from tests.hosts._proofs import CLOCK
from tests.world import LEAD, World

FIELDS = ("activity", "company_size", "revenue")


def at(seconds: float) -> str:
    """A moment, from when a world begins."""
    return datetime.fromtimestamp(CLOCK + seconds, UTC).isoformat()


ROW: dict[str, Any] = {
    "record": LEAD,
    "score": 88.5,
    "meaning": "probability",
    "model": {"name": "warehouse", "version": "7"},
    "computed_at": at(-3600),
    "valid_for_s": 86_400,
    "confidence": 0.5,
    "factors": [
        {"label": "Very active", "effect": 12.5, "detail": "3 meetings", "fields": ["activity"]},
        {"label": "Small company", "effect": -4, "fields": ["company_size"]},
    ],
    "inputs": {"activity": 3, "company_size": 250},
}


def key(
    world: World,
    *,
    connection: str = "acme",
    service: str = "apex",
    fields: Iterable[str] = FIELDS,
    may: Iterable[May] = tuple(May),
    days: int = 30,
) -> dict[str, str]:
    """The header of a new key."""
    wanted = Wanted(connection, service, ("lead_score",), tuple(fields), tuple(may), days)
    return {"Authorization": f"Bearer {world.parts.callers.keys.create(wanted, world.settings, 'ada')[1]}"}


def row(**changes: Any) -> dict[str, Any]:
    return ROW | changes


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in rows)


def bring(world: World, key: dict[str, str], body: Any, batch: str = "b1", **sent: Any) -> Any:
    """A batch as a warehouse sends it."""
    address = f"/api/v1/scores?capability=lead_score&batch={batch}"
    headers = key | sent.pop("headers", {})
    return world.client.put(address, data=body, headers=headers, **({"content_type": "application/jsonl"} | sent))
