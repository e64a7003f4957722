"""Documents: the text of files that nobody trusts, page by page, and where a quote stands in it.

A file is only ever parsed in a process of its own (`reader` starts `child`), with bounded time, memory and results
and without a way to files or the network. This package's face imports no parser.
"""

from app.documents.document import Document, Page
from app.documents.limits import Limits
from app.documents.quotes import Quotes, find, locate, standing
from app.documents.reader import Reader

__all__ = ["Document", "Limits", "Page", "Quotes", "Reader", "find", "locate", "standing"]
