"""The book as data: the manifest that drives the preview, the tests and whoever else, and one story's sources."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.errors import BadRequest
from app.preview.book import Edition
from app.preview.pseudo import LOCALE as PSEUDO
from app.preview.scene import Scene
from app.views import VIEWS
from app.web.args import Arg
from app.web.catalog import REQUIRED_STORIES, Component, Story
from app.web.headers import panel_policy

LOCALES = (
    {"name": "", "title": "Story's own"}, {"name": "en", "title": "English"}, {"name": "de-DE", "title": "Deutsch"},
    {"name": "ar", "title": "Arabic, right to left"}, {"name": "he", "title": "Hebrew, right to left"},
    {"name": PSEUDO, "title": "Pseudo, +40 %"},
)  # fmt: skip
_RUNS = 5


@lru_cache(maxsize=2)
def manifest_json(edition: Edition, live: bool) -> str:
    """The manifest as text, safe within a `<script>` too; made once an edition."""
    return json.dumps(manifest(edition, live=live), separators=(",", ":")).replace("<", "\\u003c")


def manifest(edition: Edition, *, live: bool) -> dict[str, Any]:
    """Everything that there is to see, with its addresses; tests read this and nothing else."""
    return {
        "version": edition.version,
        "live": live,
        "problems": list(edition.problems),
        "components": [_component(edition, component) for component in edition.catalog.values()],
        "hosts": [
            {
                "name": host.name,
                "title": host.title,
                "looks": [
                    {"name": look.name, "title": look.title, "scheme": look.scheme, "width": look.width}
                    for look in host.looks.values()
                ],
            }
            for host in edition.looks.values()
        ],
        "locales": LOCALES,
    }


def _component(edition: Edition, component: Component) -> dict[str, Any]:
    tag = component.tag
    return {
        "tag": tag,
        "summary": component.summary,
        "opens": component.opens,
        "inline": is_inline(tag),
        "answers": answers(tag),
        "script": bool(component.script),
        "args": [_arg(arg) for arg in component.args.values()],
        "stories": [_story(tag, story) for story in component.stories.values()],
        "remarks": [asdict(remark) | {"said": str(remark)} for remark in edition.remarks[tag]],
    }


def _story(tag: str, story: Story) -> dict[str, Any]:
    return {
        "name": story.name,
        "doc": story.doc,
        "locale": story.locale,
        "state": story.args.get("state", ""),
        "required": story.name in REQUIRED_STORIES,
        "flow": asdict(story.flow) if story.flow else None,
        "args": plain(story.args),
        "frame": f"/preview/frame/{tag}/{story.name}",
        "element": f"/preview/element/{tag}/{story.name}",
    }


def _arg(arg: Arg) -> dict[str, Any]:
    return {
        "name": arg.name,
        "type": arg.type,
        "doc": arg.doc,
        "default": plain(arg.default),
        "required": arg.required,
        "nullable": arg.nullable,
        "min": arg.min,
        "max": arg.max,
        "choices": arg.choices,
    }


def is_inline(tag: str) -> bool:
    """Whether it stands within a line of text, and is as wide as its words."""
    return tag.endswith("-badge")


def answers(tag: str) -> str:
    """What a component shows: a score or an analysis; one without a view yet, a score."""
    return VIEWS[tag].answers if tag in VIEWS else "score"


def plain(value: Any) -> Any:
    """A value of an arg as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def source(edition: Edition, scene: Scene, origin: str) -> dict[str, Any]:
    """One story's sources, sizes and render time; of args that are wrong, what is wrong. Raises NotFound."""
    component = scene.component(edition)
    folder = edition.components / component.tag
    found: dict[str, Any] = {
        "files": {
            path.name: path.read_text("utf-8")
            for path in (*sorted(folder.iterdir()), *(folder.parent / name for name in component.parts))
            if path.suffix in (".html", ".css", ".js", ".toml") and not path.name.startswith(".")
        },
        "readme": component.readme,
        "embeds": embeds(edition, scene, origin),
        "error": None,
    }
    try:
        params = scene.params(edition)
        html, micros = _timed(edition, scene)
    except BadRequest as error:
        return found | {"error": error.detail}
    style = edition.catalog.styles(component.tag)
    policy = panel_policy((origin,), origin, "...", style, exports=answers(component.tag) == "analysis")
    sizes = {name: _size(text) for name, text in (("html", html), ("css", style), ("together", html + style))}
    return found | {"html": html, "micros": micros, "sizes": sizes, "args": plain(params), "policy": policy}


def embeds(edition: Edition, scene: Scene, origin: str) -> list[dict[str, Any]]:
    """How each host embeds this component."""
    record = scene.args.get("record", "Lead/00Q1")
    camel = "".join(part.title() for part in scene.tag.split("-"))
    named = {"tag": scene.tag, "record": record, "url": origin, "camel": camel}
    return [
        {"host": host.title, "title": embed.title, "language": embed.language, "code": embed.filled(**named)}
        for host in edition.looks.values()
        for embed in host.embeds
    ]


def _timed(edition: Edition, scene: Scene) -> tuple[str, float]:
    """The markup, and the shortest of some renderings in microseconds."""
    spans = []
    html = scene.html(edition)
    for _ in range(_RUNS):
        began = time.perf_counter()
        scene.html(edition)
        spans.append(time.perf_counter() - began)
    return html, round(min(spans) * 1e6, 1)


def _size(text: str) -> dict[str, int]:
    raw = text.encode()
    return {"raw": len(raw), "gzip": len(gzip.compress(raw, 9, mtime=0))}
