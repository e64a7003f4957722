"""What keeps strangers' pages out of a simulated host: it runs on a person's own machine, beside their browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request


def guard(app: Flask, name: str, origin: str, inlay: str) -> None:
    """Answer under our own name only, take forms of our own pages only, and load nothing but ours and Inlay's."""
    names = {urlsplit(origin).hostname, "localhost", "127.0.0.1", "::1"}
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {inlay}",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {inlay}",
            f"frame-src 'self' {inlay}",
            f"form-action 'self' {inlay}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )

    @app.before_request
    def own_name() -> Response | None:
        """A name of a stranger that leads to this machine would let their page read what is here as its own."""
        if urlsplit(f"//{request.host}").hostname in names:
            return None
        return Response(f"{name} is at {origin}.", 421, mimetype="text/plain")

    @app.before_request
    def same_origin() -> Response | None:
        """Browsers name the page that a form came from; other pages have no business here."""
        sender = request.headers.get("Origin")
        if request.method in {"GET", "HEAD", "OPTIONS"} or sender in (None, origin):
            return None
        return Response("This form was sent from another site.", 403, mimetype="text/plain")

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response
