"""Where numbers lie in a plot: corners of lines and bars, and an axis that ends at a round number."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT = 600, 120
_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
_GAP = 0.25  # of a bar's place stays empty
_LEAST_BAR = 1.5  # so that one of a thousand is seen


def ceiling(series: Sequence[Sequence[float | None]], least: float = 0.0) -> float:
    """The round number at or above all values, for the end of the axis."""
    top = max((value for values in series for value in values if value is not None), default=0.0)
    top = max(top, least)
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return float(next(step * power for step in _STEPS if step * power >= top * (1 - 1e-9)))


def line(values: Sequence[float | None], top: float) -> str:
    """A line's corners, as SVG writes them; it ends where a value is missing, and a lone one is a dash."""
    step = WIDTH / max(len(values) - 1, 1)
    corners: list[str] = []
    pen = "M"
    for n, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = n * step, HEIGHT - min(value / top, 1.0) * HEIGHT
        alone = pen == "M" and (n + 1 == len(values) or values[n + 1] is None)
        corners.append(f"M{max(x - 4, 0):.1f} {y:.1f}H{min(x + 4, WIDTH):.1f}" if alone else f"{pen}{x:.1f} {y:.1f}")
        pen = "M" if alone else "L"
    return "".join(corners)


def bars(values: Sequence[float | None], top: float) -> str:
    """The bars of all values, as one SVG path."""
    place = WIDTH / max(len(values), 1)
    wide = place * (1 - _GAP)
    found = []
    for n, value in enumerate(values):
        if value:
            tall = max(min(value / top, 1.0) * HEIGHT, _LEAST_BAR)
            found.append(f"M{n * place + place * _GAP / 2:.1f} {HEIGHT}v{-tall:.1f}h{wide:.1f}v{tall:.1f}z")
    return "".join(found)
