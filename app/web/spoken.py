"""What a viewer is told, in their language, of a review that was not kept."""

from __future__ import annotations

from collections.abc import Mapping

from app.answer import Reviewed
from app.db.reviews import Approval, Verdict
from app.errors import InlayError
from app.launch import Viewer
from app.review.said import ReviewConflict
from app.web.format import Format
from app.web.texts import Texts


def sentence(texts: Texts, viewer: Viewer, error: InlayError) -> str:
    """Why, and what to do; the error's own words where it is for machines."""

    def t(message: str, **values: str) -> str:
        return texts.t(message, viewer.locale, **values)

    if isinstance(error, ReviewConflict):
        if error.standing is None:
            return t(
                "What you saw was taken back meanwhile. Nothing was changed, and what you typed is still here. "
                "Decide again."
            )
        return t(
            "Meanwhile: {what}. Nothing of it was changed, and what you typed is still here. Decide again.",
            what=_what(texts, viewer, error.standing),
        )
    said: Mapping[str, str] = {
        "finding-gone": t("This finding is no longer there. The document was analysed again."),
        "score-gone": t("This score is no longer there. Look at the new one and decide again."),
        "second-person-needed": t("Somebody else must approve this: it is your own."),
        "approve-elsewhere": t("This was given in another application, and must be approved there."),
        "undo-too-late": t("It is too late to undo this. Give a new review instead."),
        "review-refused": t("You cannot do this. Give your own review instead."),
        "rate-limited": t("Too many reviews at once. Wait a moment and try again."),
        "denied": t("You cannot see this record."),
    }
    if error.status >= 500:
        return t("This cannot be kept right now. What you typed is still here; try again in a moment.")
    return said.get(error.code, error.detail)


def _what(texts: Texts, viewer: Viewer, standing: Reviewed) -> str:
    """Who did what, and when."""

    def t(message: str, **values: str) -> str:
        return texts.t(message, viewer.locale, **values)

    fmt = Format.of(viewer.locale, viewer.timezone, texts.language(viewer.locale))
    who = t("you") if standing.mine else standing.by or t("somebody")
    at = standing.at
    if standing.approval in (Approval.APPROVED, Approval.DECLINED):
        who, at = standing.answered_by or t("somebody"), standing.answered_at
        what = t("Approved by {who}", who=who) if standing.holds else t("Declined by {who}", who=who)
    elif standing.verdict is Verdict.ACCEPTED:
        what = t("Accepted by {who}", who=who)
    elif standing.verdict is Verdict.DISMISSED:
        what = t("Dismissed by {who}", who=who)
    elif standing.value is not None:
        what = t("Set to {value} by {who}", value=fmt.number(standing.value), who=who)
    else:
        what = t("Severity changed by {who}", who=who)
    return f"{what}, {fmt.minute(at)}" if at else what
