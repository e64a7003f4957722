"""The table as a picture: an SVG of bars, drawn by itself, readable in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bench.goals import BADGE_LIMIT, THROUGH_LIMIT
from bench.report import FORMS
from bench.rows import BADGE, BASE, THROUGH
from bench.server import CONNECTIONS

WIDTH, LEFT, RIGHT = 900, 290, 130
LINE, BAR, HEAD = 24, 14, 58  # heights
_LIMITS = {BADGE: BADGE_LIMIT, THROUGH: THROUGH_LIMIT}
_STYLE = """
svg { font: 13px system-ui, sans-serif; color-scheme: light dark; background: light-dark(#fff, #16181d) }
text { fill: light-dark(#222, #e4e6ea) } .title { font-weight: 600; font-size: 15px }
.quiet { fill: light-dark(#5f6570, #a2a8b4) } .other { fill: light-dark(#a9b1bf, #5a6272) }
.ours { fill: light-dark(#2f6fde, #6d9dfc) } .tail { fill: light-dark(#2f6fde55, #6d9dfc55) }
.limit { stroke: light-dark(#c2410c, #fb923c); stroke-width: 2 }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: what it is, how long its bar is, and a paler one behind it, and where its limit is marked."""

    name: str
    value: float
    said: str
    tail: float = 0.0
    limit: float = 0.0
    ours: bool = True

    @property
    def end(self) -> float:
        return max(self.value, self.tail, self.limit)


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    note: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return HEAD + LINE * len(self.bars) + 18


def svg(result: Mapping[str, Any]) -> str:
    """One chart below the other, of what was measured."""
    charts = [chart for chart in _charts(result) if chart.bars]
    height = sum(chart.height for chart in charts) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img">',
        f"<title>Inlay, measured {escape(result['about']['date'])}</title><style>{_STYLE}</style>",
    ]
    top = 8
    for chart in charts:
        parts.extend(_drawn(chart, top))
        top += chart.height
    about = result["about"]
    said = f"{about['date']}, {about['cores']} cores, load {about['load_before']} to {about['load_after']}"
    parts += [f'<text class="quiet" x="16" y="{top + 12}">{escape(said)}</text>', "</svg>\n"]
    return "\n".join(parts)


def _charts(result: Mapping[str, Any]) -> Iterable[Chart]:
    main = [row for row in result["server"] if row["connections"] == CONNECTIONS]
    ratios = [
        Bar(
            row["row"],
            row["x_flask_constant"],
            f"{row['x_flask_constant']:.2f} x",
            limit=_LIMITS.get(row["row"], 0.0),
            ours="constant" not in row["row"],
        )
        for row in main
    ]
    yield Chart("CPU for one request", f"x {BASE}; the marks are the limits of a cached badge", ratios)
    levels = [
        Bar(
            f"{row['row']}, {row['connections']} at a time",
            row["p50_ms"],
            _two(row),
            row["p95_ms"],
            ours="constant" not in row["row"],
        )
        for row in sorted(result["server"], key=lambda row: (row["row"], row["connections"]))
        if row["row"] in {BASE, BADGE, "batch of 200"}
    ]
    yield Chart("Time of an answer", "p50, and paler p95", levels)
    viewers = [
        Bar(f"{row['server']}, {row['client']}", row["p50_ms"], _two(row), row["p95_ms"], ours=row["server"] == "inlay")
        for row in result["crowd"].get("viewers", ())
    ]
    yield Chart("50 viewers at once", "p50, and paler p95", viewers)
    shown = [
        Bar(FORMS[row["row"]], row["cold_ms"], f"{row['cold_ms']:.0f} ms", ours="Inlay" in FORMS[row["row"]])
        for row in result["browser"]
    ]
    yield Chart("Navigation to visible number, cold", "median", shown)


def _two(row: Mapping[str, Any]) -> str:
    return f"{row['p50_ms']} / {row['p95_ms']} ms"


def _drawn(chart: Chart, top: int) -> Iterable[str]:
    scale = (WIDTH - LEFT - RIGHT) / max(bar.end for bar in chart.bars)
    yield f'<text class="title" x="16" y="{top + 24}">{escape(chart.title)}</text>'
    yield f'<text class="quiet" x="16" y="{top + 42}">{escape(chart.note)}</text>'
    for number, bar in enumerate(chart.bars):
        y = top + HEAD + number * LINE
        kind, width = "ours" if bar.ours else "other", max(1.0, bar.value * scale)
        yield f'<text x="{LEFT - 10}" y="{y + 12}" text-anchor="end">{escape(bar.name)}</text>'
        if bar.tail:
            yield f'<rect class="tail" x="{LEFT}" y="{y}" width="{bar.tail * scale:.1f}" height="{BAR}" rx="2"/>'
        yield f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
        yield f'<text class="quiet" x="{LEFT + bar.end * scale + 8:.1f}" y="{y + 12}">{escape(bar.said)}</text>'
        if bar.limit:
            x = LEFT + bar.limit * scale
            yield f'<line class="limit" x1="{x:.1f}" y1="{y - 4}" x2="{x:.1f}" y2="{y + BAR + 4}"/>'
