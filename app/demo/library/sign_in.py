"""The directory's sign-in page: for whoever opens a panel where no page has a token for them.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from app.demo.library.desk import Desk
from app.demo.library.gallery import CONNECTIONS
from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, TENANT

_PATH = f"/{TENANT}/oauth2/v2.0/authorize"


def blueprint(desk: Desk) -> Blueprint:
    """The page, and what a click on a person does: back to the app with a code."""
    sign_in = Blueprint("sign_in", __name__)

    @sign_in.get(_PATH)
    def ask() -> str:
        _require_known(desk)
        return render_template("sign_in.html", asked=request.args.to_dict())

    @sign_in.post(_PATH)
    def choose() -> Answer:
        _require_known(desk)
        person = PEOPLE.get(request.form.get("person", ""))
        if person is None:
            abort(400, "Choose one of the people.")
        asked = request.args
        told = (asked["redirect_uri"], asked["code_challenge"], asked.get("nonce", ""), asked.get("scope", ""))
        code = desk.tenant.code(person, *told)
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}", 303)

    return sign_in


def _require_known(desk: Desk) -> None:
    """Nobody is sent to an address that is not registered, exactly so."""
    config, asked = desk.config, request.args
    names = (config.connection, config.word_connection, *CONNECTIONS)
    registered = {f"{config.inlay}/oauth/{name}/callback" for name in names}
    if asked.get("client_id") != APP or asked.get("redirect_uri") not in registered:
        abort(400, "AADSTS50011: The redirect URI is not one that is registered for the application.")
    if (
        asked.get("response_type") != "code"
        or asked.get("code_challenge_method") != "S256"
        or not asked.get("code_challenge")
    ):
        abort(400, "AADSTS900144: A code is asked for with response_type=code and a challenge of S256.")
