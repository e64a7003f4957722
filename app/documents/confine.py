"""What the parsing process takes from itself, before it looks at a byte of the file.

Resource limits are all that is needed, and they hold on every POSIX system and without any right: address space,
processor time, no core dump, no byte into any file, no process; and, the strongest, no new file descriptor. Without
one a file cannot be opened and a socket cannot be made, so nothing can be told to anybody but the one who asked. Where
a deployment can give namespaces (a container without a network), that is a second wall; this one does not need it.
"""

from __future__ import annotations

import codecs
import pkgutil
import resource
import sys
from contextlib import suppress
from importlib import import_module

import pypdf

from app.documents.limits import MB, Limits

# pypdf loads some of its modules when it first needs them, and Python does so with encodings, which files name.
# Without files that is too late, so all of them are loaded first (7 ms).
_ENCODINGS = (
    "ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
    "cp437", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "mac-roman",
    "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15", "koi8-r", "raw-unicode-escape",
    "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "hz", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr",
    "cp949", "cp950", "unicode_escape", "charmap",
)  # fmt: skip


def confine(limits: Limits) -> None:
    """For good: the hard limits go down too. After this nothing can be imported any more."""
    load()
    seconds = max(1, round(limits.seconds))
    _limit(resource.RLIMIT_AS, limits.memory_mb * MB)
    _limit(resource.RLIMIT_CPU, seconds, seconds + 1)
    for none_at_all in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        _limit(none_at_all, 0)


def load() -> None:
    """All that the parsers may ask for later."""
    for name in _ENCODINGS:
        codecs.lookup(name)
    for each in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with suppress(ImportError):  # a part for a library that is not installed
            import_module(each.name)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    """Downwards only: an operator may have set a lower one already."""
    if which == resource.RLIMIT_AS and sys.platform == "darwin":
        return  # maps gigabytes for every process and takes no lower limit; a development machine has the others
    hard = soft if hard is None else hard
    highest = resource.getrlimit(which)[1]
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(which, (soft, hard))
