"""The core over HTTP: reads bodies within limits, checks the API key, answers JSON or a problem."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.scorer.analyses import Analyses
from app.scorer.answers import answer, answer_batch, capabilities
from app.scorer.contract.loader import Playbooks
from app.scorer.feedback import Feedback
from app.scorer.openapi import openapi
from app.scorer.protocol import MAX_BYTES
from app.scorer.protocol_analyse import MAX_BYTES as MAX_DOCUMENT_BYTES
from app.scorer.protocol_feedback import FEEDBACK_REQUEST
from app.scorer.refused import Refused, wrong_shape
from app.scorer.scorecard import Scorecard
from app.scorer.shapes import ShapeRefused

log = logging.getLogger("inlay.core")
RETRY_AFTER_S, BUSY_AFTER_S = "1", "5"
OPEN_PATHS = ("/healthz", "/openapi.json")


def utc_now() -> datetime:
    """The clock, which tests replace."""
    return datetime.now(UTC)


def create_core(
    cards: Mapping[str, Scorecard],
    keys: Sequence[str] = (),
    clock: Callable[[], datetime] = utc_now,
    *,
    playbooks: Playbooks | None = None,
    feedback: Feedback | None = None,
    in_jobs: bool = True,
) -> Flask:
    """The WSGI application. Without keys everybody who reaches the port may ask; without `feedback` none is taken.

    `in_jobs` needs a process that all requests reach: a job is known only where it was begun.
    """
    core = Flask("inlay-core", static_folder=None)
    core.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    analyses = Analyses(playbooks or {}, clock, in_jobs=in_jobs)
    _guard(core, keys)
    _serve_scores(core, cards, clock)
    _serve_analyses(core, analyses)
    _serve_feedback(core, feedback)
    _serve_descriptions(core, _json({"capabilities": capabilities(cards) + analyses.capabilities()}))
    core.register_error_handler(Refused, _refused)
    core.register_error_handler(HTTPException, _http_error)
    core.register_error_handler(Exception, _crashed)
    return core


def _guard(core: Flask, keys: Sequence[str]) -> None:
    @core.before_request
    def check_key() -> None:
        if keys and request.path not in OPEN_PATHS and not _knows_a_key(keys):
            raise Refused(401, "unauthorized", "An API key is needed.", "Send it as Authorization: Bearer <key>.")


def _serve_scores(core: Flask, cards: Mapping[str, Scorecard], clock: Callable[[], datetime]) -> None:
    @core.post("/v1/score")
    def score() -> Response:
        return _respond(_json(answer(cards, _body(), clock())))

    @core.post("/v1/score:batch")
    def score_batch() -> Response:
        return _respond(_json(answer_batch(cards, _body(), clock())))


def _serve_analyses(core: Flask, analyses: Analyses) -> None:
    @core.post("/v1/analyse")
    def analyse() -> Response:
        request.max_content_length = MAX_DOCUMENT_BYTES
        status, told = analyses.analyse(_body())
        response = _respond(_json(told), status)
        if status == 202:
            response.headers["Retry-After"] = RETRY_AFTER_S
        return response

    @core.get("/v1/jobs/<job>")
    def how_a_job_stands(job: str) -> Response:
        return _respond(_json(analyses.job(job)))


def _serve_feedback(core: Flask, feedback: Feedback | None) -> None:
    @core.post("/v1/feedback")
    def hear() -> Response:
        if feedback is None:
            raise Refused(501, "no-feedback", "This core keeps no feedback.", "Start it with --feedback FILE.")
        said = _body()
        try:
            FEEDBACK_REQUEST.check(said, "")
        except ShapeRefused as refused:
            raise wrong_shape(refused) from None
        return _respond(_json({"outcome": feedback.take(said)}))


def _serve_descriptions(core: Flask, offered: bytes) -> None:
    described = _json(openapi())

    @core.get("/v1/capabilities")
    def list_capabilities() -> Response:
        return _respond(offered)

    @core.get("/healthz")
    def healthz() -> Response:
        return _respond(b'{"status":"ok"}')

    @core.get("/openapi.json")
    def describe() -> Response:
        return _respond(described)


def _knows_a_key(keys: Sequence[str]) -> bool:
    """Compares with every key, always in the same time: two are valid at once while one is being replaced."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip() if scheme.casefold() == "bearer" else request.headers.get("X-Api-Key", "")
    matches = [hmac.compare_digest(given.encode(), key.encode()) for key in keys]
    return any(matches)


def _body() -> Any:
    if request.mimetype != "application/json":
        raise Refused(415, "wrong-media-type", "The content type is wrong.", "Send application/json.")
    try:
        return json.loads(request.get_data(cache=False), parse_constant=_no_constant)
    except RecursionError:
        raise Refused(400, "not-json", "The body cannot be read.", "It is nested too deeply.") from None
    except ValueError:  # not JSON, not UTF-8, NaN, or a number of thousands of digits
        detail = "Send one JSON object in UTF-8; NaN and Infinity are not JSON, write null."
        raise Refused(400, "not-json", "The body cannot be read.", detail) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="replace")


def _respond(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype="application/json", headers={"Cache-Control": "no-store"})


def _problem(status: int, code: str, title: str, detail: str, more: Mapping[str, Any] | None = None) -> Response:
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    response = Response(_json(document | dict(more or {})), status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(refused: Refused) -> Response:
    response = _problem(refused.status, refused.code, refused.title, refused.detail, refused.more)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 503:
        response.headers["Retry-After"] = BUSY_AFTER_S
    return response


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return _problem(
            413, "too-large", "The body is too large.", f"Send at most {request.max_content_length:,} bytes."
        )
    status, name = error.code or 500, error.name or "Error"
    response = _problem(status, name.casefold().replace(" ", "-"), name, error.description or name)
    for header, value in error.get_headers():
        if header == "Allow":
            response.headers[header] = value
    return response


def _crashed(error: Exception) -> Response:
    """A bug of ours. The log says where, never with which values: they are a record's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    log.error("%s at %s", type(error).__name__, place)
    return _problem(500, "error", "Something went wrong on our side.", "The core's log says where.")
