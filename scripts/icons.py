"""Draw the product's icons, in every size that a host asks for, into static/icons.

The sign is a panel set into a page: a rounded page, and in its right half a smaller one of another colour. Drawn from
distances, 4 x 4 samples a pixel, so that each size is sharp by itself. Run it after a change; what it writes is
committed, and tests hold it to the sizes that hosts demand.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static/icons"
COLOR_SIZES = (16, 32, 64, 80, 96, 128, 192, 320)
OUTLINE_SIZE = 32
SAMPLES = 4

Rgba = tuple[float, float, float, float]
Paint = Callable[[float, float], Rgba]  # a place, 0 to 1 each way -> its colour

NIGHT, DAY = (0x1E, 0x2A, 0x78), (0x4C, 0x6F, 0xFF)  # of the ground, from its foot to its head
PAPER, PANEL, INK = (0xFF, 0xFF, 0xFF), (0xFF, 0xB2, 0x38), (0xC6, 0xD0, 0xF5)
NOTHING: Rgba = (0, 0, 0, 0)


def inside(x: float, y: float, box: tuple[float, float, float, float], radius: float) -> float:
    """How far a place is inside a rounded box (left, top, right, bottom); negative: outside."""
    left, top, right, bottom = box
    dx = abs(x - (left + right) / 2) - (right - left) / 2 + radius
    dy = abs(y - (top + bottom) / 2) - (bottom - top) / 2 + radius
    return radius - min(max(dx, dy), 0) - (max(dx, 0) ** 2 + max(dy, 0) ** 2) ** 0.5


def color(rounded: float, detail: bool) -> Paint:
    """The sign in colour, on its ground. Small ones leave out the page's lines."""
    lines = [(0.24, 0.34 + step, 0.42, 0.395 + step) for step in (0, 0.13, 0.26)] if detail else []

    def paint(x: float, y: float) -> Rgba:
        if inside(x, y, (0, 0, 1, 1), rounded) < 0:
            return NOTHING
        if inside(x, y, (0.5, 0.27, 0.77, 0.73), 0.06) > 0:
            return (*PANEL, 255)
        if any(inside(x, y, each, 0.025) > 0 for each in lines):
            return (*INK, 255)
        if inside(x, y, (0.15, 0.19, 0.85, 0.81), 0.11) > 0:
            return (*PAPER, 255)
        share = min(max((1 - y) * 0.7 + x * 0.3, 0), 1)
        red, green, blue = (low + (high - low) * share for low, high in zip(NIGHT, DAY, strict=True))
        return (red, green, blue, 255)

    return paint


def outline(x: float, y: float) -> Rgba:
    """White on nothing: the page's edge and the panel in it."""
    edge = inside(x, y, (0.09, 0.13, 0.91, 0.87), 0.16)
    panel = inside(x, y, (0.5, 0.29, 0.75, 0.71), 0.06)
    return (255, 255, 255, 255) if 0 < edge < 0.075 or panel > 0 else NOTHING


def drawn(size: int, paint: Paint) -> bytes:
    """A PNG of so many pixels each way. https://www.w3.org/TR/png-3/"""
    rows = (b"\0" + b"".join(pixel(column, row, size, paint) for column in range(size)) for row in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def pixel(column: int, row: int, size: int, paint: Paint) -> bytes:
    """The mean of the samples, weighted by how opaque they are."""
    steps = [(step + 0.5) / SAMPLES for step in range(SAMPLES)]
    samples = [paint((column + dx) / size, (row + dy) / size) for dx in steps for dy in steps]
    alpha = sum(each[3] for each in samples)
    mixed = [sum(each[part] * each[3] for each in samples) / alpha if alpha else 255 for part in range(3)]
    return bytes(round(each) for each in (*mixed, alpha / SAMPLES**2))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def icons() -> Iterable[tuple[str, bytes]]:
    """Every icon by its file's name."""
    for size in COLOR_SIZES:
        # the largest one is cut to its shape by whoever shows it
        yield f"color-{size}.png", drawn(size, color(0 if size == 192 else 0.2, detail=size > 32))
    yield f"outline-{OUTLINE_SIZE}.png", drawn(OUTLINE_SIZE, outline)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in icons():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
