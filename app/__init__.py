"""Inlay: small AI panels inside the applications where people already work.

Nothing is imported here: the guests `scorer` and `demo` live in this package too and start alone. The server is
built in `app.application`.
"""
