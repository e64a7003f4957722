"""Rows of the library: the list items behind its documents, with their columns, as Graph reads and writes them."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from app.demo.library import items
from app.demo.library.columns import ChangedMeanwhileError, NoSuchColumnError, described
from app.demo.library.desk import Desk
from app.demo.library.document import DRIVE, LIST, Document

_ROW = f"/v1.0/sites/<site>/lists/{LIST}/items/<row>"


def add_rows(graph: Blueprint, desk: Desk) -> None:
    """Its addresses, beside those of the API."""

    @graph.get(_ROW)
    def read(site: str, row: str) -> Response:
        document = _found(desk, site, row)
        values, tag = desk.columns.of(document.row)
        return jsonify(id=str(document.row), eTag=tag, fields={"id": str(document.row), **values})

    @graph.patch(f"{_ROW}/fields")
    def write(site: str, row: str) -> Response:
        document = _found(desk, site, row)
        if g.bearer.person is not None:
            raise items.ApiError(403, "accessDenied", "Ask with the app's own token.")
        try:
            body = request.get_json(silent=True) or {}
            return jsonify(desk.columns.put(document.row, body, request.headers.get("If-Match", "")))
        except NoSuchColumnError as error:
            raise items.ApiError(400, "invalidRequest", str(error)) from error
        except ChangedMeanwhileError:
            raise items.ApiError(412, "resourceModified", "ETag does not match current item's value") from None

    @graph.get(f"/v1.0/drives/{DRIVE}/list/columns")
    def columns() -> Response:
        return jsonify(value=described())


def _found(desk: Desk, site: str, row: str) -> Document:
    document = desk.documents.get(row) if site == items.site_id(desk) else None
    if document is None or not items.may_open(g.bearer, document):
        raise items.ApiError(404, "itemNotFound", "The resource could not be found.")
    return document
