"""Scores as JSON for a customer's own code, and the batches that it brings."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import Blueprint, Response, request
from msgspec import UNSET, UnsetType
from werkzeug.exceptions import HTTPException

from app.answer import Answer, State
from app.errors import InlayError, Unavailable, WrongMediaType
from app.launch import Record
from app.machines.api.reading import read, read_json
from app.machines.api.shapes import (
    BatchQuery,
    FactorTold,
    ModelTold,
    Score,
    ScorePlace,
    Scores,
    ScoresAsked,
    written,
)
from app.machines.callers import May
from app.machines.importing.body import MAX_BYTES, STEP, Body
from app.machines.importing.rows import CSV, JSON_LINES, Parse, from_csv, from_json_lines
from app.machines.importing.wrong import BatchCut, BatchRefused, LengthNeeded
from app.routes._caller import caller
from app.web.failures import problem
from app.web.parts import parts
from app.web.refusals import note_request

blueprint = Blueprint("scores", __name__)
PENDING_S = "2"


@blueprint.get("/api/v1/scores/<capability>/<type>/<id>")
def one(**place: str) -> Response:
    """One record's score; 202 while it is being computed."""
    who, asked = caller(), read(place, ScorePlace, "The address")
    record = Record(asked.type, asked.id)
    answer = parts().host_code.scores(who, asked.capability, [record])[record]
    if answer.state is State.UNAVAILABLE:
        error = Unavailable(reason="score-unavailable", retry_after_s=5.0)
        return problem(error, answer.reference)
    body = written(_told(record, asked.capability, answer))
    response = Response(body, 202 if answer.state is State.PENDING else 200, mimetype="application/json")
    if answer.state is State.PENDING:
        response.headers["Retry-After"] = PENDING_S
        return response
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


@blueprint.post("/api/v1/scores:batch")
def batch() -> Response:
    """Up to 200 records' scores, in their order. Raises WrongMediaType, BadRequest."""
    who = caller()
    if request.mimetype != "application/json":
        raise WrongMediaType("Send application/json.")
    asked = read_json(request.get_data(cache=False), ScoresAsked)
    records = [Record.parse(each) for each in asked.records]
    answers = parts().host_code.scores(who, asked.capability, records)
    told = Scores(results=[_told(record, asked.capability, answers[record]) for record in records])
    response = Response(written(told), mimetype="application/json")
    if any(each.state is State.PENDING for each in answers.values()):
        response.headers["Retry-After"] = PENDING_S
    return response


@blueprint.put("/api/v1/scores")
def bring() -> Response:
    """A batch of scores, as JSON lines or CSV, packed with gzip or not: all of it is applied, or nothing.

    Raises WrongMediaType, LengthNeeded, BadRequest, and TooLarge before anything is read.
    """
    who, p = caller(), parts()
    connection = p.connections.get(who.connection)
    asked = read(request.args.to_dict(), BatchQuery, "The address")
    capability = who.capability(connection, asked.capability, May.IMPORT)
    parse = _parse(request.mimetype)
    packed = request.headers.get("Content-Encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise WrongMediaType("Content-Encoding is gzip, or none.")
    announced = 0 if isinstance(asked.rows, UnsetType) else asked.rows
    if request.content_length is None and packed != "gzip" and not announced:
        raise LengthNeeded(reason="length-needed")
    request.max_content_length = MAX_BYTES
    body = Body(_Received().read, gzipped=packed == "gzip")
    try:
        told = p.imports.take(who, capability, asked.batch, body, parse, announced)
    except BatchRefused as refused:
        note_request(p, refused, who.connection)
        return problem(refused, errors=[_wrong(each) for each in refused.wrong.first], wrong_rows=refused.wrong.rows)
    return Response(written(told), mimetype="application/json")


class _Received:
    """The request's body in pieces. Some servers end it where the connection was cut, without a word."""

    def __init__(self) -> None:
        self._bytes = 0

    def read(self, size: int) -> bytes:
        """Raises BatchCut where it ends before it should."""
        try:
            piece: bytes = request.stream.read(min(size, STEP))
        except InlayError:
            raise
        except HTTPException as error:
            if error.code == 413:
                raise
            raise BatchCut(reason="body-cut") from error
        except (OSError, RuntimeError, ValueError) as error:  # as servers say that a client is gone
            raise BatchCut(reason="body-cut") from error
        self._bytes += len(piece)
        if not piece and request.content_length not in (None, self._bytes):
            raise BatchCut(reason="body-cut")
        return piece


def _wrong(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("line", "field", "problem")}


def _parse(kind: str) -> Parse:
    if kind in JSON_LINES:
        return from_json_lines
    if kind == CSV:
        return from_csv
    raise WrongMediaType(f"Send {JSON_LINES[0]} or {CSV}.")


def _told(record: Record, capability: str, answer: Answer) -> Score:
    score = answer.score
    bare = Score(
        record=str(record), capability=capability, state=str(answer.state),
        missing=list(answer.missing) or UNSET, reference=answer.reference or UNSET,
    )  # fmt: skip
    if score is None:
        return bare
    return Score(
        record=str(record),
        capability=capability,
        state=str(answer.state),
        decision=answer.decision,
        score=score.value,
        meaning=str(score.meaning),
        band=answer.band or UNSET,
        confidence=score.confidence,
        factors=[
            FactorTold(
                label=each.label,
                effect=each.effect,
                direction=each.direction,
                detail=each.detail,
                fields=list(each.fields),
            )
            for each in score.factors
        ],
        hidden_factors=answer.hidden_factors,
        model=ModelTold(name=score.model.name, version=score.model.version),
        computed_at=score.computed_at,
        fresh_until=datetime.fromtimestamp(answer.until, UTC) if answer.until else UNSET,
    )
