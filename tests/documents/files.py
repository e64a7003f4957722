"""Files made by hand, byte by byte: each holds exactly what its test speaks of."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def lines(text: str) -> bytes:
    """A content stream that draws these lines."""
    drawn = b" T* ".join(b"(%b) Tj" % _literal(line) for line in text.split("\n"))
    return b"BT /F1 11 Tf 72 720 Td 14 TL %b ET" % drawn


def _literal(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def stream(content: bytes, entries: bytes = b"", packed: bool = True) -> bytes:
    body = zlib.compress(content) if packed else content
    filtered = b"/Filter /FlateDecode " if packed else b""
    return b"<< %b%b /Length %d >>\nstream\n%b\nendstream" % (filtered, entries, len(body), body)


def pdf(*pages: str) -> bytes:
    """One page for each text."""
    return pdf_of([stream(lines(page)) for page in pages])


def pdf_of(contents: Sequence[bytes], resources: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """One page for each content stream. Object 3 is the font, and what is in `extra` is numbered from 4."""
    first = 4 + len(extra)
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *extra,
    ]
    for content in contents:
        used = b"<< /Font << /F1 3 0 R >> %b >>" % resources
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources %b >>"
        objects += [page % (len(objects) + 2, used), content]
    return body_of(objects)


def body_of(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def scan(pages: int = 1, stamp: str = "") -> bytes:
    """Pictures of pages, with at most a stamp in text."""
    picture = stream(
        b"\x80" * 64, b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    drawn = b"q 612 0 0 792 0 0 cm /Im1 Do Q " + (lines(stamp) if stamp else b"")
    return pdf_of([stream(drawn)] * pages, b"/XObject << /Im1 4 0 R >>", [picture])


def locked(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(entries: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def part(root: str, inside: str) -> str:
    """The XML of one part: its root element and what is in it."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{W}" xmlns:r="{R}">{inside}</w:{root}>'


def p(text: str = "", properties: str = "", runs: str = "") -> str:
    """A paragraph."""
    run = f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{run}{runs}</w:p>"


def docx(body: str, more: dict[str, bytes | str] | None = None, **parts: str) -> bytes:
    """A Word file: its body, and other parts by what they are for (`numbering=`, `footnotes=`, `header=` ...)."""
    types = [f'<Override PartName="/word/document.xml" ContentType="{CONTENT}.document.main+xml"/>']
    relations = []
    entries: dict[str, bytes | str] = {}
    for number, (kind, content) in enumerate(parts.items(), 1):
        types.append(f'<Override PartName="/word/{kind}.xml" ContentType="{CONTENT}.{kind.rstrip("0123456789")}+xml"/>')
        relations.append(f'<Relationship Id="rId{number}" Type="{R}/{kind.rstrip("0123456789")}" Target="{kind}.xml"/>')
        entries[f"word/{kind}.xml"] = content
    xml, rels = "application/xml", "application/vnd.openxmlformats-package.relationships+xml"
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="xml" ContentType="{xml}"/><Default Extension="rels" ContentType="{rels}"/>'
            f'<Default Extension="bin" ContentType="application/x-bin"/>{"".join(types)}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}'
            "</Relationships>",
            "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
            **entries,
            **(more or {}),
        }
    )
