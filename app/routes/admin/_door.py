"""The door of the admin's pages: who comes in, what they may do here, and pages that say why not.

A cookie names the session, so every form also brings what only our own page could know, and the browser must say
that it comes from here: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, NamedTuple

from flask import Response, redirect, request

from app.admins import Act, Admin
from app.errors import Denied, InlayError, NotFound, SessionInvalid, StoreUnavailable
from app.keys import same
from app.web.failures import retry_headers, translated
from app.web.headers import admin_policy
from app.web.languages import asked_for
from app.web.parts import parts
from app.web.refusals import charge, require_patience

HOME = "/admin"
SESSION = "admin"


class Tab(NamedTuple):
    """One of the places that the bar leads to."""

    title: str
    path: str
    act: Act


TABS = (
    Tab("Overview", HOME, Act.WATCH),
    Tab("Figures", "/admin/figures", Act.WATCH),
    Tab("Add a host", "/admin/hosts/add", Act.OPERATE),
    Tab("Alerts", "/admin/alerts", Act.WATCH),
    Tab("Jobs", "/admin/jobs", Act.WATCH),
    Tab("Audit", "/admin/audit", Act.AUDIT),
    Tab("Decisions", "/admin/decisions", Act.AUDIT),
    Tab("Configuration", "/admin/configuration", Act.CHANGE),
    Tab("Attach a model", "/admin/cores/try", Act.DESIGN),
    Tab("Preview", "/preview", Act.DESIGN),
)

View = Callable[..., Any]


def shown(act: Act) -> Callable[[View], View]:
    """A page for admins who may do this. The view is given who looks; it asks for a connection by `require`."""

    def around(view: View) -> View:
        @wraps(view)
        def guarded(**named: str) -> Any:
            try:
                admin = entered()
            except SessionInvalid:
                return page("admin/enter.html", None, status=401, title="Sign in", **ways(), wanted=wanted())
            except InlayError as error:
                return failed(error, None)
            return _answered(admin, act, lambda: view(admin, **named))

        return guarded

    return around


def done(act: Act | None) -> Callable[[View], View]:
    """A form of ours, sent by an admin who may do this; None stands for what everybody may who is signed in."""

    def around(view: View) -> View:
        @wraps(view)
        def guarded(**named: str) -> Any:
            try:
                require_ours()
                admin = entered()
                if not same(request.form.get("proof", ""), admin.proof):
                    raise Denied("This form is of an earlier sign-in. Go back, reload the page and try again.")
            except InlayError as error:
                return failed(error, None)
            return _answered(admin, act, lambda: view(admin, **named))

        return guarded

    return around


def require(admin: Admin, act: Act, connection: str = "") -> None:
    """Raises NotFound for a connection that is none or not this admin's, Denied for what they may not do to it."""
    if connection and (connection not in parts().connections or not admin.may(Act.WATCH, connection)):
        raise NotFound("There is no such connection, or it is not yours to look after.")
    if not admin.may(act, connection):
        raise Denied("Your role does not allow this. Ask whoever runs this deployment.", reason="role")


def entered() -> Admin:
    """Who is signed in. Raises SessionInvalid."""
    return parts().admins.load(kept(SESSION))


def require_ours() -> None:
    """The form was sent from a page of ours: browsers say so, and no page can change what they say. Our pages tell
    nobody where they come from, so their origin is "null" to us too: https://www.w3.org/TR/fetch-metadata/

    Raises RateLimited for an address that was refused too often, Denied.
    """
    require_patience(parts())
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin != parts().settings.server.public_url and (origin, site) != ("null", "same-origin"):
        charge(parts())
        raise Denied("This form was not sent from a page of this server.", reason="origin-wrong")


def keep(answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that no script reads and no other site's form brings; `seconds` 0 takes it away.

    `__Host-` binds it to our exact host, but only where there is TLS: RFC 6265bis, section 4.1.3.2.
    """
    secure = _secure()
    answer.set_cookie(_named(name), value, seconds, secure=secure, httponly=True, samesite="Lax", path="/")


def kept(name: str) -> str:
    """The value of a cookie of ours; empty without one."""
    return request.cookies.get(_named(name), "")


def let_in(token: str, to: str) -> Response:
    """On to a page, with the cookie of a new session."""
    answer: Response = redirect(to if to == HOME or to.startswith(f"{HOME}/") else HOME, 303)  # type: ignore[assignment]
    keep(answer, SESSION, token)
    return answer


def let_out(to: str) -> Response:
    """On to a page, without the cookie of a session."""
    answer: Response = redirect(to, 303)  # type: ignore[assignment]
    keep(answer, SESSION, "", 0)
    return answer


def page(template: str, admin: Admin | None, *, status: int = 200, title: str, **values: Any) -> Response:
    """A page of `templates/admin/`. Its words are English; numbers and times are as the browser's language has them."""
    p, nonce = parts(), secrets.token_urlsafe(16)
    html = p.renderer.page(
        template,
        locale=_locale(admin),
        title=title,
        admin=admin,
        tabs=[tab for tab in TABS if admin is not None and _offered(admin, tab)],
        here=request.path,
        nonce=nonce,
        style_url=p.assets.url("static/admin/admin.css"),
        script_url=p.assets.url("static/admin/admin.js"),
        **values,
    )
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = admin_policy(p.settings.server.public_url, nonce)
    return response


def _locale(admin: Admin | None) -> str:
    """An admin's own, as their browser says; whoever is not signed in is given no more than the languages we have."""
    asked = request.accept_languages.best if admin is not None else None
    return asked or asked_for(parts().renderer.texts)


def failed(error: InlayError, admin: Admin | None, reference: str = "") -> Response:
    """A page that says why nothing came of it, with the error's status and the reference to quote."""
    said = {"message": error.detail, "reference": reference or error.reference}
    response = page("admin/failed.html", admin, status=error.status, title="Not done", **said)
    response.headers.update(retry_headers(error))
    return response


def wanted() -> str:
    """Where somebody was on the way to, to go on there after signing in."""
    return request.path if request.path.startswith(HOME) else HOME


def ways() -> dict[str, Any]:
    """How one can come in here, beside a link."""
    admin = parts().settings.admin
    return {"sign_in": admin.sign_in, "one_click": admin.one_click}


def _answered(admin: Admin, act: Act | None, view: Callable[[], Any]) -> Any:
    try:
        if act is not None and not admin.may_somewhere(act):
            raise Denied("Your role does not allow this. Ask whoever runs this deployment.", reason="role")
        return view()
    except Exception as error:  # noqa: BLE001 a person looks at this page, whatever went wrong
        ours = translated(error)
        if isinstance(ours, Denied):
            with suppress(StoreUnavailable):  # it is refused with or without its row
                facts = {"admin": admin.name, "route": request.url_rule.rule if request.url_rule else ""}
                parts().audit.write("admin.refused", reason=ours.reason, detail=facts)
        return failed(ours, admin)


def _offered(admin: Admin, tab: Tab) -> bool:
    if tab.path == "/preview" and not parts().settings.server.preview:
        return False
    if tab.path == "/admin/cores/try" and admin.may(Act.OPERATE):
        return False  # a link of the configuration's page
    if tab.path in ("/admin/configuration", "/admin/jobs", "/admin/hosts/add"):  # of the whole deployment
        return admin.may(tab.act)
    return admin.may_somewhere(tab.act)


def _named(name: str) -> str:
    return f"__Host-inlay-{name}" if _secure() else f"inlay-{name}"


def _secure() -> bool:
    return parts().settings.server.public_url.startswith("https://")
