"""The loader, the frame script and the vendored files: public, compressed once, never fetched twice."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.web.parts import parts

blueprint = Blueprint("embed", __name__)


@blueprint.get("/embed/<name>")
def embed(name: str) -> Response:
    """The loader and the scripts of frames."""
    return _asset(f"embed/{name}")


@blueprint.get("/static/vendor/<name>")
def vendor(name: str) -> Response:
    """What others wrote, as they published it."""
    return _asset(f"static/vendor/{name}")


@blueprint.get("/static/admin/<name>")
def admin(name: str) -> Response:
    """Sheet and script of the admin's pages."""
    return _asset(f"static/admin/{name}")


@blueprint.get("/icons/<name>")
def icon(name: str) -> Response:
    """What packages show beside our name."""
    return _asset(f"icons/{name}")


def _asset(path: str) -> Response:
    asset = parts().assets[path]
    zipped = parts().settings.server.compression and bool(request.accept_encodings["gzip"])
    response = Response(asset.gzipped if zipped else asset.body, mimetype=asset.media_type)
    response.headers["ETag"] = asset.etag
    response.headers["Cache-Control"] = asset.cache_control
    response.headers["Vary"] = "Accept-Encoding"
    # any page of a host may load these, under COEP too; there is nothing personal in them
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    if request.headers.get("If-None-Match", "").removeprefix("W/") == asset.etag:
        response.status_code, response.data = 304, b""
    return response
