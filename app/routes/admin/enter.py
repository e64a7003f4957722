"""How an admin comes in: by a link that lets them in once, and out again."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.admins import ONE_CLICK, Admin, Role
from app.errors import InlayError
from app.routes.admin._door import HOME, SESSION, done, failed, kept, let_in, let_out, page, require_ours, ways
from app.web.parts import parts
from app.web.refusals import charge

blueprint = Blueprint("admin-enter", __name__)


@blueprint.get("/admin/enter")
def enter() -> Response:
    """The page of a link. Its code stands after the #, which no browser sends: our script puts it into the form, so
    that neither logs nor whoever looks links over ever have it."""
    return page("admin/enter.html", None, title="Sign in", **ways(), wanted=HOME)


@blueprint.post("/admin/enter")
def enter_by_code() -> Response:
    """In by the code of a link, which works once; or by a click, where the deployment is for trying things out."""
    try:
        require_ours()
        if request.form.get("one_click") and parts().settings.admin.one_click:
            token = parts().admins.open("you", Role.OPERATOR, (), how=ONE_CLICK)
        else:
            token = parts().admins.enter(request.form.get("code", "").strip().rpartition("#")[2])
    except InlayError as error:
        charge(parts())
        return failed(error, None)
    return let_in(token, request.form.get("wanted", HOME))


@blueprint.post("/admin/leave")
@done(None)
def leave(_admin: Admin) -> Response:
    """The session ends here, not only in this browser."""
    parts().admins.leave(kept(SESSION))
    return let_out("/admin/enter")
