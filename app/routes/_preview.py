"""What the preview's addresses share: the book of their application, and where its files are."""

from __future__ import annotations

from flask import current_app, request

from app.preview.book import Book, Edition

ASSETS = "/preview/assets"


def book() -> Book:
    """What the application was given to preview, kept where its addresses find it."""
    found: Book = current_app.extensions["inlay-preview"]
    return found


def origin() -> str:
    """Where the preview was opened: it may be a server of its own, under any name that leads here."""
    return request.host_url.rstrip("/")


def versioned(edition: Edition, path: str) -> str:
    """The address of an asset of this edition: another one with every change, so that it may be kept."""
    return f"{ASSETS}/{path}?v={edition.version}"
