"""Every address of the JSON API with what it takes and answers, by the shapes that read and write there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from app.machines.api.forms import (
    ConnectionPlace,
    EventAsked,
    EventTold,
    Explained,
    FragmentsTold,
    OAuthError,
    RenewedTold,
    ReviewAsked,
    SecretPlace,
    SessionAsked,
    SessionTold,
    TokenForm,
)
from app.machines.api.shapes import (
    BatchQuery,
    DecisionPlace,
    Imported,
    Problem,
    Row,
    Score,
    ScorePlace,
    Scores,
    ScoresAsked,
)

Shape = type[Struct]
JSON, FORM, PROBLEM = "application/json", "application/x-www-form-urlencoded", "application/problem+json"
SERVICE, SESSION, ANYBODY, SIGNED, NOBODY = "service", "session", "anybody", "signed", ""
_REFUSED: Mapping[int, str] = {
    400: "What was sent does not have the shape.",
    401: "Whoever asks did not prove who they are.",
    403: "It is not theirs to see or to do.",
    404: "There is no such thing.",
    409: "It was done otherwise before.",
    411: "Nothing tells where the body ends.",
    413: "It is too large.",
    415: "It has another content type.",
    422: "It was refused as a whole, and nothing of it was done.",
    429: "They ask too often: Retry-After says when to come back.",
    503: "Not right now: Retry-After says when to come back.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered when all is well. No shape: no body."""

    says: str
    shape: Shape | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `rows` are media types of which each line is one `body`."""

    name: str
    method: str
    path: str
    group: str
    summary: str
    who: str
    answers: Mapping[int, Answer]
    place: Shape | None = None
    query: Shape | None = None
    body: Shape | None = None
    media: tuple[str, ...] = (JSON,)
    rows: tuple[str, ...] = ()
    refusals: tuple[int, ...] = (400, 401, 403, 429, 503)
    refusal: Shape = Problem
    refusal_media: str = PROBLEM
    body_needed: bool = True

    def refused(self) -> dict[int, str]:
        """Each status that it may be refused with, and what that means."""
        return {status: _REFUSED[status] for status in self.refusals}


_AGAIN = {"Retry-After": "Seconds until it is worth asking again."}
_LATER = {"Retry-After": "Where one of them is pending: seconds until it is worth asking again."}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "readScore", "GET", "/api/v1/scores/{capability}/{type}/{id}", "Scores",
        "The score of one record, with the reasons that this service may see.", SERVICE,
        {
            200: Answer("What is known of it.", Score, {"ETag": "Send it as If-None-Match."}),
            202: Answer("It is being computed.", Score, _AGAIN),
            304: Answer("As you have it."),
        },
        place=ScorePlace, refusals=(400, 401, 403, 404, 429, 503),
    ),
    Operation(
        "readScores", "POST", "/api/v1/scores:batch", "Scores",
        "The scores of up to 200 records, in their order.", SERVICE,
        {200: Answer("An answer for each.", Scores, _LATER)},
        body=ScoresAsked, refusals=(400, 401, 403, 404, 413, 415, 429, 503),
    ),
    Operation(
        "importScores", "PUT", "/api/v1/scores", "Scores",
        "Bring a batch of up to 100,000 scores, as JSON lines or CSV with a head, gzipped or not. All of it is "
        "applied, or nothing; the same batch sent again is answered with the same words.", SERVICE,
        {200: Answer("All of it is shown from now on.", Imported)},
        query=BatchQuery, body=Row, rows=("application/jsonl", "text/csv"),
        refusals=(400, 401, 403, 409, 411, 413, 415, 422, 429, 503),
    ),
    Operation(
        "explainDecision", "GET", "/api/v1/decisions/{decision}", "Panels",
        "Why a decision is what it is: for the session of a viewer who may see its record now.", SESSION,
        {200: Answer("Its inputs, reasons, model and history.", Explained)},
        place=DecisionPlace, refusals=(400, 401, 403, 404, 429, 503),
    ),
    Operation(
        "openSession", "POST", "/session", "Panels", "A host's token for a session of ours.", NOBODY,
        {200: Answer("A session.", SessionTold)},
        body=SessionAsked, media=(FORM,), refusals=(400, 401, 403, 413, 415, 429, 503), refusal=OAuthError,
        refusal_media=JSON,
    ),
    Operation(
        "endSession", "DELETE", "/session", "Panels", "End a session.", ANYBODY,
        {204: Answer("It is over, or never was.")}, refusals=(503,),
    ),
    Operation(
        "renewSession", "POST", "/session/renew", "Panels", "A new token before the old one ends.", SESSION,
        {200: Answer("It goes on.", RenewedTold)},
        body=TokenForm, media=(FORM,), body_needed=False, refusals=(400, 401, 413, 429, 503),
    ),
    Operation(
        "review", "POST", "/reviews", "Panels", "What a viewer says of what they were shown.", SESSION,
        {200: Answer("The component as it is now.", FragmentsTold)},
        body=ReviewAsked, media=(FORM, JSON), refusals=(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    ),
    Operation(
        "tellEvent", "POST", "/events/{connection}", "Hosts", "The host says that records changed.", SIGNED,
        {202: Answer("It was taken.", EventTold)},
        place=ConnectionPlace, body=EventAsked, refusals=(400, 403, 413, 415, 429, 503),
    ),
    Operation(
        "tellEventAtSecretAddress", "POST", "/events/{connection}/{token}", "Hosts",
        "The same for hosts that sign nothing: the address is the secret.", SIGNED,
        {202: Answer("It was taken.", EventTold)},
        place=SecretPlace, body=EventAsked, refusals=(400, 403, 413, 415, 429, 503),
    ),
)  # fmt: skip
