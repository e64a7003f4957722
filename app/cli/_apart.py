"""What a command reads and builds before it works lives as long as its process: the garbage collector is spared it.

It would go through all of it again and again while it grows, for nothing, which was a sixth of a server's start. And in
processes that are forked then, each look of the collector at an object copies the page that it lies in.
Source: https://docs.python.org/3/library/gc.html#gc.freeze
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def apart() -> Iterator[None]:
    """What is made within is not collected, neither meanwhile nor later."""
    if not gc.isenabled():  # within another, or nobody wants it
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
