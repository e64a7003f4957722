"""Writes plain pages of text as a PDF with a text layer: what the demo's own contracts need, and no more.

ISO 32000-1; the widths are those of the standard font Helvetica (Adobe's Core 14 AFM files).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
WIDTHS = {chr(32 + n): int(width) for n, width in enumerate(_WIDTHS.split())}
_OTHER = 556  # a letter beyond ASCII
WIDE, HIGH, MARGIN = 595, 842, 72  # A4, in points
_SIZES = {0: 10.5, 1: 16.0, 2: 12.0}  # by level
_LEADING, _BEFORE = 1.45, {0: 5.0, 1: 0.0, 2: 12.0}
_FOOT = 40

Line = tuple[float, float, int, str]  # x, y, level, words


def write(blocks: Sequence[tuple[int, str]], title: str) -> bytes:
    """A PDF of these blocks: (1 heading, 2 sub-heading, 0 text; the words). The same bytes for the same blocks."""
    pages = list(_pages(blocks))
    first = 5
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding%s >>"
    # where another font must stand in for it, its letters are given these widths
    widths = f" /FirstChar 32 /LastChar 126 /Widths [{_WIDTHS}] /FontDescriptor {first + 2 * len(pages)} 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        (font % ("Helvetica", widths)).encode(),
        (font % ("Helvetica-Bold", "")).encode(),
    ]
    for n, lines in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDE} {HIGH}] /Contents {first + 2 * n + 1} 0 R "
            "/Resources << /Font << /F0 3 0 R /F1 4 0 R >> >> >>".encode()
        )
        content = b"\n".join(_shown(line) for line in [*lines, _footer(n + 1, len(pages), title)])
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    objects.append(
        b"<< /Type /FontDescriptor /FontName /Helvetica /Flags 32 /FontBBox [-166 -225 1000 931] /ItalicAngle 0 "
        b"/Ascent 718 /Descent -207 /CapHeight 718 /StemV 88 >>"
    )
    return _file([*objects, b"<< /Title %s >>" % _text(title)])


def _pages(blocks: Sequence[tuple[int, str]]) -> Iterator[list[Line]]:
    lines: list[Line] = []
    y = float(HIGH - MARGIN)
    for level, words in blocks:
        size = _SIZES[level]
        y -= _BEFORE[level] if lines else 0
        for text in _wrapped(words, size):
            room = MARGIN + (3 * size if level else 0)  # a heading does not stand alone at the foot
            if y - size < room:
                yield lines
                lines, y = [], float(HIGH - MARGIN)
            y -= size * _LEADING
            lines.append((MARGIN, y, level, text))
    if lines:
        yield lines


def _wrapped(words: str, size: float) -> Iterator[str]:
    line, wide = "", 0
    for word in words.split():
        added = _width(word)
        longer = wide + WIDTHS[" "] + added if line else added
        if line and longer * size / 1000 > WIDE - 2 * MARGIN:
            yield line
            line, longer = "", added
        line, wide = f"{line} {word}" if line else word, longer
    yield line


def _width(text: str) -> int:
    """In thousandths of the font's size."""
    return sum(WIDTHS.get(letter, _OTHER) for letter in text)


def _footer(number: int, count: int, title: str) -> Line:
    return (MARGIN, _FOOT, -1, f"{title} · page {number} of {count}")


def _shown(line: Line) -> bytes:
    x, y, level, words = line
    size, font = _SIZES.get(level, 8.0), 1 if level > 0 else 0
    return b"BT /F%d %.1f Tf %.1f %.1f Td %s Tj ET" % (font, size, x, y, _text(words))


def _text(words: str) -> bytes:
    escaped = words.encode("cp1252", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    return b"(" + escaped + b")"


def _file(objects: Sequence[bytes]) -> bytes:
    """Objects 1, 2, ... with their table; the first is the catalogue, the last the document's facts."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)
