"""Why a decision is what it is, as JSON for whoever was shown it: the right to an explanation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from app.explanation import Explanation
from app.routes._open import open_to_pages
from app.routes._session import bearer, session_of
from app.session.bearer import Session
from app.web.format import meaning
from app.web.parts import parts

blueprint = Blueprint("decisions", __name__)
open_to_pages(blueprint, "/api/v1/decisions/<decision>")


@blueprint.get("/api/v1/decisions/<decision>")
def one(decision: str) -> Response:
    """For a session that may see the record now. Whatever is wrong, the answer is the same, and the audit has why."""
    session = session_of(bearer())
    return jsonify(_told(parts().explanations.for_viewer(session, decision), session))


def _told(told: Explanation, session: Session) -> dict[str, Any]:
    name, version = told.model
    shared = {
        "decision": told.decision,
        "record": told.record,
        "capability": told.capability,
        "title": told.title,
        "decided_at": _iso(told.decided_at),
        "model": {"name": name, "version": version},
        "seen": {
            "times": told.looks_in_all,
            "viewers": told.viewers,
            "by_you": [{"at": _iso_at(look.at), "component": look.component} for look in told.looks],
        },
        "reviews": [
            {"at": _iso_at(said.at), "item": said.item or None, "verdict": said.verdict or "undone",
             "severity": said.severity or None, "value": said.value, "reason": said.reason or None,
             "yours": bool(said.viewer)}
            for said in told.said
        ],
    }  # fmt: skip
    return shared | (_of_score(told, session) if told.score is not None else _of_analysis(told))


def _of_score(told: Explanation, session: Session) -> dict[str, Any]:
    score = told.score
    if score is None:
        return {}
    return {
        "kind": "score",
        "source": {"kind": "core"} if told.batch is None else {"kind": "import", "batch": told.batch},
        "score": score.value,
        "band": told.band or None,
        "meaning": score.meaning,
        "meaning_text": meaning(parts().renderer.texts, session.viewer.locale, score),
        "confidence": score.confidence,
        "inputs": None if told.inputs is None else dict(told.inputs),
        "factors": [
            {"label": each.label, "effect": each.effect, "direction": each.direction, "detail": each.detail or None,
             "fields": list(each.fields)}
            for each in score.factors
        ],
        "hidden": {"inputs": told.hidden_fields, "factors": told.hidden_factors},
        "freshness": {
            "computed_at": _iso(score.computed_at),
            "fresh_until": _iso(told.fresh_until) if told.fresh_until else None,
            "is_fresh": told.is_fresh,
        },
    }  # fmt: skip


def _of_analysis(told: Explanation) -> dict[str, Any]:
    facts = told.facts or {}
    return {
        "kind": "analysis",
        "risk": facts.get("risk"),
        "findings": facts.get("findings"),
        "pages": facts.get("pages"),
        "playbook": facts.get("playbook") or None,
        "content_hash": facts.get("content_hash"),
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _iso_at(at: float) -> str:
    return _iso(datetime.fromtimestamp(at, UTC))
