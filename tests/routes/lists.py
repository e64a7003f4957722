"""Lists as tests open them: many leads at the host, a home page of it, and what its panel shows."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from app.launch import LISTED
from tests.world import World, launch_data

LEADS = [f"00QAB00000{n:05d}2AA" for n in range(200)]


@dataclass(frozen=True)
class Shown:
    html: str
    state: str
    rows: list[dict[str, str]]
    token: str = ""


def many(world: World, count: int) -> None:
    """Leads that the host has, with names."""
    for n, each in enumerate(LEADS[:count]):
        world.api.rows[each] = {"activity": 3, "company_size": n, "AnnualRevenue": 1_000_000, "Name": f"Lead No. {n}"}


def home(world: World, component: str = "score-list", token: str = "zoe", **said: Any) -> Any:
    """A launch without a record."""
    nowhere = {"context.environment.parameters": {}, "context.environment.record": {}}
    nowhere["context.environment.locationUrl"] = "https://acme.lightning.force.com/lightning/page/home"
    return world.launch(component, token=token, **nowhere, **said)


def shown(page: Any, world: World | None = None) -> Shown:
    """What the panel says; with a world, what it says now."""
    data = launch_data(page)
    text = page.text[page.text.index("<main>") : page.text.index("</main>")]
    if world is not None:
        text = world.badge(data["token"], str(LISTED), data["component"]).text
    state = re.search(r'data-state="([\w-]+)"', text)
    rows = [
        {"record": html.unescape(record), "state": state}
        for record, state in re.findall(r'data-row="([^"]*)" data-state="(\w+)"', text)
    ]
    return Shown(text, state[1] if state else "", rows, data.get("token", ""))
