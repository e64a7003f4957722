"""Errors as the outside sees them: a page, a problem document (RFC 9457), or an OAuth error (RFC 6749, 5.2)."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.audit.log import new_reference
from app.errors import (
    BadRequest,
    CallerUnknown,
    InlayError,
    LaunchRefused,
    NotFound,
    RateLimited,
    SessionExpired,
    SignInNeeded,
    SignInRefused,
    TooLarge,
    Unavailable,
    WrongMediaType,
    WrongMethod,
)

_log = logging.getLogger("inlay")


def translated(error: Exception) -> InlayError:
    """Any error as one of ours. A bug is logged by type and place only: messages may hold records or tokens."""
    if isinstance(error, InlayError):
        return error
    if isinstance(error, HTTPException):
        return _from_http(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))
    reference = new_reference()
    _log.error("bug %s: %s at %s", reference, type(error).__name__, where)
    return InlayError(f"Something went wrong on our side. Reference: {reference}.", reason="bug")


def _from_http(error: HTTPException) -> InlayError:
    known = {404: NotFound, 413: TooLarge, 415: WrongMediaType}
    if error.code in known:
        return known[error.code](reason=f"http-{error.code}")
    if isinstance(error, MethodNotAllowed):
        return WrongMethod(error.valid_methods or ())
    return BadRequest(reason=f"http-{error.code}")


def retry_headers(error: InlayError) -> dict[str, str]:
    """`Retry-After` in whole seconds, where trying again makes sense."""
    if not error.retryable:
        return {}
    return {"Retry-After": str(max(1, round(error.retry_after_s or 2)))}


def problem(error: InlayError, reference: str = "", **more: Any) -> Response:
    """A problem document. `code` is our public code, `reference` what to quote to an admin, `more` its own members."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if reference := reference or error.reference:
        body["reference"] = reference
    response = jsonify(body | _challenge(error) | more)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    response.headers.update(failure_headers(error))
    return response


def failure_headers(error: InlayError) -> dict[str, str]:
    """What HTTP has said of it beside its words: when to try again, who to be, which methods there are."""
    said = retry_headers(error)
    if isinstance(error, CallerUnknown):
        said["WWW-Authenticate"] = 'Bearer realm="inlay"'
    if isinstance(error, WrongMethod):
        said["Allow"] = ", ".join(sorted(error.allowed))
    return said


def _challenge(error: InlayError) -> dict[str, str]:
    """What the host's sign-in must be told, for the page to hand on."""
    return {"claims": error.claims} if isinstance(error, SignInNeeded) and error.claims else {}


def oauth(error: InlayError, reference: str = "") -> Response:
    """An error answer of the token endpoint; a refused launch is an `invalid_grant`, whatever was wrong with it."""
    if isinstance(error, LaunchRefused | SignInRefused):
        name, status = "invalid_grant", 400
    elif isinstance(error, SessionExpired):  # the viewer must act; `code` says how
        name, status = "interaction_required", error.status
    elif isinstance(error, Unavailable | RateLimited):
        name, status = "temporarily_unavailable", error.status
    elif isinstance(error, BadRequest):
        name, status = "invalid_request", error.status
    else:
        name, status = "server_error", error.status
    body = {"error": name, "error_description": error.detail, "code": error.code}
    if reference := reference or error.reference:
        body["reference"] = reference
    response = jsonify(body | _challenge(error))
    response.status_code = status
    response.headers.update(retry_headers(error))
    return response
