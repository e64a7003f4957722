"""The language of pages that anybody may open: one of ours, by what the browser likes."""

from __future__ import annotations

from flask import request

from app.web.texts import FALLBACK, Texts


def asked_for(texts: Texts) -> str:
    """Of the languages that there are texts in, the one that the browser likes best.

    What it says else goes no further: how each locale speaks is remembered, and a stranger may name any number.
    """
    return request.accept_languages.best_match(texts.languages, FALLBACK)
