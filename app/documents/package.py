"""A Word file as a package: its main part, and the parts that belong to it by what they are for.

ECMA-376 part 2. Only XML that we want is unpacked, never pictures or embedded files; a relation that leads nowhere is
common in files that were edited by many programs, and is passed over. (python-docx opens every part and refuses the
whole file for one such relation; what it offers beyond opening, we would have to walk around for tracked changes.)
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

from lxml import etree

from app.documents.archive import check
from app.documents.limits import Limits
from app.documents.refusals import DocumentMalformed
from app.errors import DocumentTooLarge

Element = etree._Element

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "officeDocument"
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class Package:
    """Reads from memory. Raises a DocumentRefused for what cannot be opened."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        check(content, limits)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._names = {name.lower(): name for name in self._archive.namelist()}  # names of parts ignore case
        self._left = limits.characters * 20  # bytes of XML: text is at most a tenth of it in any real file

    def main(self) -> str:
        """The name of the main part."""
        for kind, name in self.relations(""):
            if kind == _MAIN:
                return name
        raise DocumentMalformed(reason="no-main-part")

    def relations(self, source: str) -> list[tuple[str, str]]:
        """What for, and the name, of every part that this one refers to; the empty name is the package itself."""
        folder, name = posixpath.split(source)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [
            (each.get("Type", "").rpartition("/")[2], posixpath.normpath(posixpath.join("/", folder, target))[1:])
            for each in (root.iter(_RELATION) if root is not None else ())
            if each.get("TargetMode") != "External" and (target := each.get("Target"))
        ]

    def tree(self, name: str) -> Element | None:
        """The XML of a part, None without such a part. A DTD is refused: the format forbids it, entities need it."""
        if name.lower() not in self._names:
            return None
        try:
            content = self._archive.read(self._names[name.lower()])
        except _UNPACKING as error:
            raise DocumentMalformed(reason=f"zip-entry: {type(error).__name__}") from error
        self._left -= len(content)
        if self._left < 0:
            raise DocumentTooLarge(reason="xml")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            code = getattr(error, "code", None)  # of libxml2
            if code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            raise DocumentMalformed(reason=f"xml: {code}") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise DocumentMalformed(reason="dtd")
        return root
