"""The table and the picture of made-up results: every part that was run is there, and goals tell met from missed."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench import goals, pages, plot, report
from bench.crowd import _of_bursts
from bench.load import Load
from bench.rows import BADGE, THROUGH

ABOUT = {"date": "2026-11-30", "cores": 2, "load_before": 1, "load_after": 2, "workers": 2, "rounds": 3, "loads": 5}
TIMES = {"p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.0}
START = {
    "ready_s": 0.9, "ready_cpu_s": 1.1, "quickest_s": 0.8, "processes": 3, "most_rss": 100.0, "most_pss": 70.0,
    "idle_percent": 1.0,
}  # fmt: skip
WIRE = [
    {"row": name, "body_bytes": 1000, "head_bytes": 600}
    for name in ("inlay.js (loader)", "/session, 1 badge", "badge document (launch)", "frame.js")
]


def row(name: str, connections: int, ratio: float = 1.0) -> dict[str, Any]:
    ratios = {"x_flask_constant": ratio, "ratio_range": [ratio, ratio]}
    return {"row": name, "connections": connections, "cpu_us": 90.0, "requests_per_s": 9000, **ratios, **TIMES}


def page(name: str, ms: float) -> dict[str, Any]:
    both = {f"{state}_{what}": value for state in ("cold", "warm") for what, value in _page(ms).items()}
    return {"row": name, **both}


def _page(ms: float) -> dict[str, Any]:
    return {"ms": ms, "x_static": ms / 100, "quartiles_ms": [ms, ms], "requests": 3, "to_inlay": 2, "bytes": 5000}


def _beside(servers: tuple[str, ...]) -> dict[str, Any]:
    return {"x_nginx": 1.9, "x_nginx_quartiles": [1.5, 2.5]} if "nginx" in servers else {}


def result(ratio: float = 0.9, servers: tuple[str, ...] = ("inlay", "nginx")) -> dict[str, Any]:
    return {
        "about": ABOUT | {"took_s": 9},
        "start": START,
        "server": [
            row(name, n, ratio) for name in ("Flask constant", THROUGH, BADGE, "batch of 200") for n in (1, 16, 64)
        ]
        + [row("miss", 1)],
        "crowd": {
            "misses": {
                **dict.fromkeys(("alone_per_s", "beside_per_s"), 9000),
                **dict.fromkeys(("rate_x_alone", "p95_x_alone", "alone_p95_ms", "beside_p95_ms"), 1.0),
            },
            "viewers": [
                {"client": client, "server": name, "burst_p95_ms": 2.0, **TIMES, **_beside(servers)}
                for client in ("each", "one")
                for name in servers
            ],
            "memory": {
                "requests": 120_000,
                "grown": 0.5,
                **{f"{at}{kind}": 300.0 for at in ("before", "first", "last") for kind in ("", "_pss")},
            },
        },
        "browser": [page(name, 90 + n) for n, name in enumerate(report.FORMS)],
        "wire": WIRE,
    }


def test_every_form_of_a_page_has_its_words() -> None:
    assert {*pages.FORMS, *pages.PEERS} == report.FORMS.keys()


@pytest.mark.parametrize(("ratio", "met"), [(1.15, True), (1.16, False)])
def test_a_goal_is_met_or_it_is_not(ratio: float, met: bool) -> None:
    first = next(each for each in goals.goals(result(ratio)) if "through Flask" in each.sentence)
    assert (first.measured, first.met) == (ratio, met)
    line = next(line for line in report.markdown(result(ratio)).splitlines() if line.startswith(f"| {first.sentence}"))
    assert line.endswith("| ✓ |" if met else "| ✗ |")


def test_what_was_not_run_has_no_table_and_no_goal() -> None:
    nothing = result() | {"start": {}, "server": [], "crowd": {}, "browser": []}
    table = report.markdown(nothing)
    assert "### Start" not in table
    assert "### Server" not in table
    assert "### Browser" not in table
    assert goals.goals(nothing)[0].sentence == "loader, gzipped bytes"
    assert plot.svg(nothing).endswith("</svg>\n")


def test_without_nginx_the_table_says_so_and_no_goal_is_met() -> None:
    without = result(servers=("inlay",))
    assert "There is no nginx here" in report.markdown(without)
    assert not any("nginx" in goal.sentence for goal in goals.goals(without))


def test_the_picture_has_a_bar_for_each_row_and_marks_the_limit() -> None:
    drawn = ET.fromstring(plot.svg(result()))
    texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"badge", "batch of 200, 64 at a time", "nginx, each", "Inlay iframe"} <= set(texts)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}line"))) == 2  # through Flask, and before it


def test_percentiles() -> None:
    assert Load(101, 1.0, [float(each) for each in range(101)]).percentile(95) == pytest.approx(95)
    assert Load(1, 1.0, [7.0]).percentile(50) == 7.0


def test_one_slow_burst_of_many_is_in_the_percentiles_and_not_in_the_ratio() -> None:
    ours, theirs = [[2.0] * 50] * 9 + [[90.0] * 50], [[1.0] * 50] * 10
    found = _of_bursts(ours, theirs)
    assert (found["p95_ms"], found["burst_p95_ms"], found["x_nginx"]) == (90.0, 2.0, 2.0)
    assert "x_nginx" not in _of_bursts(ours, ())
