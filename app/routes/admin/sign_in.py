"""Admins who sign in through their own provider."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request

from app.admins.sign_in import ATTEMPT_S
from app.errors import InlayError
from app.routes.admin._door import HOME, failed, keep, kept, let_in
from app.web.failures import translated
from app.web.parts import parts
from app.web.refusals import charge, require_patience

blueprint = Blueprint("admin-sign-in", __name__)
_ATTEMPT = "admin-attempt"
_FIELDS = ("state", "code", "iss", "error")
_MOST = 4096  # letters of a field


@blueprint.get("/admin/sign-in")
def start() -> Response:
    """Off to the provider, with a cookie that binds the answer to this browser."""
    try:
        require_patience(parts())
        url, secret = parts().admin_sign_in.begin()
    except Exception as error:  # noqa: BLE001 a person looks at this page, whatever went wrong
        return failed(translated(error), None)
    answer: Response = redirect(url)  # type: ignore[assignment]
    keep(answer, _ATTEMPT, secret, int(ATTEMPT_S))
    return answer


@blueprint.get("/admin/callback")
def callback() -> Response:
    """The provider sends the browser back. Only the one that began has the cookie which this needs."""
    p = parts()
    try:
        require_patience(p)
        given = {name: request.args.get(name, "")[:_MOST] for name in _FIELDS}
        who = p.admin_sign_in.finish(kept(_ATTEMPT), given)
        token = p.admins.open(who.name, who.role, who.connections, p.settings.admin.sign_in, who.subject)
    except Exception as error:  # noqa: BLE001 a person looks at this page, whatever went wrong
        return _refused(translated(error))
    answer = let_in(token, HOME)
    keep(answer, _ATTEMPT, "", 0)
    return answer


def _refused(error: InlayError) -> Response:
    p = parts()
    charge(p)
    reference = p.echoes.once(
        "admin", error.reason,
        write=lambda reference: p.audit.write(
            "admin.refused", reason=error.reason, reference=reference, detail={"route": "/admin/callback"}
        ),
    )  # fmt: skip
    return failed(error, None, reference)
