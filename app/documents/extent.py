"""How many pages a file seems to have, before anybody has parsed it: enough to say how long that will take."""

from __future__ import annotations

import re

_PAGE = re.compile(rb"/Type\s{0,9}/Page\b")


def stated_pages(content: bytes) -> int:
    """As many as a PDF has page objects in sight; 0 where they are packed away, and for every other kind of file.

    One pass over the bytes. A file may lie here: nothing but an estimate comes of it.
    """
    return len(_PAGE.findall(content)) if b"%PDF-" in content[:1024] else 0
