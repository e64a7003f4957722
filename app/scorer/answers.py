"""From a request for scores to their answer, without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.scorer.features import FeatureRefused
from app.scorer.protocol import BATCH_REQUEST, SCORE_REQUEST
from app.scorer.refused import Refused, wrong_shape
from app.scorer.scorecard import Effect, Scorecard
from app.scorer.shapes import ShapeRefused

Json = dict[str, Any]


def answer(cards: Mapping[str, Scorecard], body: Any, now: datetime) -> Json:
    """One score. Raises Refused."""
    try:
        SCORE_REQUEST.check(body, "")
    except ShapeRefused as refused:
        raise wrong_shape(refused) from None
    card = cards.get(body["capability"])
    if card is None:
        known = ", ".join(sorted(cards))
        raise Refused(
            404,
            "unknown-capability",
            "There is no such capability.",
            f"Ask for one of: {known}.",
            path="capability",
        )
    try:
        readings = card.read(body["features"], now.date())
    except FeatureRefused as refused:
        path = f"features.{refused.feature}"
        raise Refused(422, "wrong-type", "A feature has the wrong type.", f"{path} {refused}.", path=path) from None
    missing = card.missing(readings)
    if missing:
        detail = f"None of the features of {card.capability} is known. Send at least one of: {', '.join(missing)}."
        raise Refused(422, "insufficient-features", "Too little is known.", detail, missing=list(missing))
    result = card.score(readings)
    return {
        "score": round(result.score, 4),
        "meaning": card.meaning,
        "confidence": round(result.confidence, 4),
        "factors": [_factor(effect) for effect in result.factors],
        "model": {"name": card.model, "version": card.version},
        "computed_at": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "valid_for_s": card.valid_for_s,
    }


def answer_batch(cards: Mapping[str, Scorecard], body: Any, now: datetime) -> Json:
    """The scores of several records in their order; a bad one spoils only its own place. Raises Refused."""
    try:
        BATCH_REQUEST.check(body, "")
    except ShapeRefused as refused:
        raise wrong_shape(refused) from None
    return {"results": [_answer_or_error(cards, item, now) for item in body["items"]]}


def capabilities(cards: Mapping[str, Scorecard]) -> list[Json]:
    """What can be asked, as `GET /v1/capabilities` says it: each with the features that its scorecard reads."""
    return [_capability(card) for card in cards.values()]


def _answer_or_error(cards: Mapping[str, Scorecard], item: Any, now: datetime) -> Json:
    try:
        return answer(cards, item, now)
    except Refused as refused:
        return {"error": {"code": refused.code, "detail": refused.detail, **refused.more}}


def _factor(effect: Effect) -> Json:
    return {
        "label": effect.label,
        "effect": round(effect.effect, 4),
        "direction": "up" if effect.effect > 0 else "down",
        "detail": effect.detail,
        "fields": list(effect.fields),
    }


def _capability(card: Scorecard) -> Json:
    fields = []
    for field in card.fields.values():
        described: Json = {
            "name": field.name,
            "type": field.kind.value,
            "title": field.title,
            "doc": field.doc,
        }
        values = list(field.known_values())
        fields.append(
            described
            | ({"unit": field.unit} if field.unit else {})
            | ({"values": values} if values else {})
            | {"required": False}  # a scorecard scores whatever is known
        )
    return {
        "name": card.capability,
        "kind": "score",
        "title": card.title,
        "meaning": card.meaning,
        "bands": dict(card.bands),
        "fields": fields,
        "model": {"name": card.model, "version": card.version},
    }
