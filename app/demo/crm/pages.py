"""The pages that people see: welcome, the list of leads, one lead, the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.demo.crm import match, signed
from app.demo.crm.ai import AI_COLUMNS
from app.demo.crm.desk import Desk
from app.demo.crm.health import Health
from app.demo.crm.people import DEFAULT, PEOPLE, Person
from app.demo.crm.setup import add_setup
from app.demo.crm.store import TYPE, Lead

FORMS: Mapping[str, str] = {
    "canvas": "Canvas iframe",
    "element": "Web component",
    "sandbox": "Sandboxed iframe",
    "sandbox-origin": "Sandbox, same origin",
}
_SANDBOX = {
    "sandbox": "allow-scripts allow-forms",
    "sandbox-origin": "allow-scripts allow-forms allow-same-origin",
}
COMPONENTS = ("score-badge", "score-card")
LISTED = "session/records"  # a list's element asks for its proof under this one name
_LIST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """One panel as an iframe: where it is launched, with which proof, and under which name."""

    instance: str
    component: str
    title: str
    action: str
    field: str  # the form field that carries the proof
    proof: str
    kind: str  # which bridge the page speaks with it: canvas | plain
    sandbox: str | None

    @property
    def name(self) -> str:
        """As the vendor's script looks for it."""
        return f"canvas-frame-{self.instance}"


def blueprint(desk: Desk, health: Health) -> Blueprint:
    """All pages over one desk."""
    pages = Blueprint("pages", __name__)
    viewer(pages)
    _overview(pages, desk, health)
    _leads(pages, desk, health)
    _proofs(pages, desk)
    add_setup(pages, desk)
    return pages


def viewer(pages: Blueprint) -> None:
    """Who looks at these pages, as chosen; a choice is remembered."""

    @pages.before_request
    def who() -> None:
        chosen = request.args.get("as") or request.cookies.get("viewer", "")
        g.person = PEOPLE.get(chosen, DEFAULT)

    @pages.after_request
    def remember(response: Response) -> Response:
        if request.args.get("as") in PEOPLE:
            response.set_cookie("viewer", g.person.key, samesite="Lax", httponly=True)
        response.headers["Cache-Control"] = "no-store"  # proofs are in the pages, and each counts once
        return response


def _overview(pages: Blueprint, desk: Desk, health: Health) -> None:
    @pages.get("/")
    def welcome() -> str:
        first = desk.leads.page(DEFAULT).leads[0]
        return render_template("welcome.html", up=health.look(), first=first)

    @pages.get("/status")
    def status() -> Response:
        return jsonify(health.look())

    @pages.get("/columns")
    def columns() -> str:
        answer = health.get_json(f"{desk.config.core}/v1/capabilities")
        names = [column.name for column in desk.leads.table.columns]
        fits = match.fits(answer["capabilities"], names) if answer else None
        used = {column for fit in fits or () for column in fit.fields.values()}
        return render_template("columns.html", fits=fits, used=used)


def _leads(pages: Blueprint, desk: Desk, health: Health) -> None:
    @pages.get("/leads")
    def listing() -> str:
        search = request.args.get("q", "").strip()[:200]
        page = desk.leads.page(g.person, search, request.args.get("page", 1, type=int))
        records = [f"{TYPE}/{lead.id}" for lead in page.leads]
        names = _list_columns(desk, g.person)
        proofs = _guest_proofs(desk, g.person, ("score-badge",), records)
        return render_template("leads.html", page=page, search=search, columns=names, proofs=proofs)

    @pages.get("/lead/<key>")
    def lead(key: str) -> str | Answer:
        found = _lead(desk, key)
        form = request.args.get("form", "canvas")
        if form not in FORMS:
            abort(404)
        return _record_page(desk, health, found, form, {})

    @pages.post("/lead/<key>")
    def save(key: str) -> str | Answer | tuple[Response | str, int]:
        found = _lead(desk, key)
        if not g.person.may_see_record(found.id):
            abort(403)
        given = {name: text for name, text in request.form.items() if g.person.may_see_field(name)}
        good, bad = desk.leads.check(given)
        script = request.accept_mimetypes.best == "application/json"
        if bad:
            page = jsonify(errors=bad) if script else _record_page(desk, health, found, "canvas", bad)
            return page, 422
        saved = desk.save(found, good, by=g.person.name)
        if script:
            now = desk.leads.get(found.id) or found
            values = {name: now.values[name] for name in saved.changed}
            return jsonify(changed=list(saved.changed), values=values, title=now.title, event=saved.event)
        return redirect(url_for("pages.lead", key=found.id, form=request.args.get("form")), 303)

    @pages.get("/sent/<event>")
    def sent(event: str) -> Response:
        return jsonify(desk.events.state(event) or abort(404))


def _proofs(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/inlay-token")
    def token() -> tuple[Response, int] | Response:
        """A new guest launch for the page's elements, for the records that this person may see."""
        asked = request.form.getlist("record")
        records = [each for each in asked if g.person.may_see_record(each.removeprefix(f"{TYPE}/"))]
        component = request.form.get("component", "score-badge")
        if LISTED in asked and (proof := desk.list_token(g.person, component)):
            return jsonify(token=proof)
        if not records or len(records) > 200:
            return jsonify(error="There is no record among these that you may see."), 403
        return jsonify(token=desk.guest.token(g.person, component, records))

    @pages.post("/signed-request")
    def signed_request() -> Response:
        """What the page asks for when a panel wants a fresh signed request, or to be posted again."""
        form, key = request.form, request.form.get("record", "")
        record = _lead(desk, key).id if key else ""  # a home page has none
        return jsonify(
            signed_request=desk.signed_request(
                g.person, record, form.get("component", "score-badge"), form.get("instance", "")
            )
        )


def _lead(desk: Desk, key: str) -> Lead:
    found = desk.leads.get(key)
    if found is None:
        abort(404)
    return found


def _list_columns(desk: Desk, person: Person) -> list[str]:
    """The first columns that help to recognise a record, beside its title."""
    names = [
        column.name
        for column in desk.leads.table.columns
        if column.name != desk.leads.title_column
        and column.label != desk.leads.table.id_label
        and person.may_see_field(column.name)
    ]
    return names[:_LIST_COLUMNS]


def _guest_proofs(desk: Desk, person: Person, components: Sequence[str], records: list[str]) -> list[dict[str, Any]]:
    """The first proofs of a page, inlined so that its elements need not ask for them."""
    if not records:
        return []
    return [
        {"component": each, "records": records, "token": desk.guest.token(person, each, records)} for each in components
    ]


def _record_page(desk: Desk, health: Health, lead: Lead, form: str, errors: Mapping[str, str]) -> str:
    allowed = g.person.may_see_record(lead.id)
    record = f"{TYPE}/{lead.id}"
    columns = [column for column in desk.leads.table.columns if g.person.may_see_field(column.name)]
    frames = {each: _frame(desk, g.person, lead, each, form) for each in COMPONENTS}
    return render_template(
        "lead.html",
        lead=lead,
        record=record,
        allowed=allowed,
        form=form,
        forms=FORMS,
        errors=errors,
        editing="edit" in request.args or bool(errors),
        frames={} if form == "element" else frames,
        proofs=_guest_proofs(desk, g.person, COMPONENTS, [record] if form == "element" and allowed else []),
        ready=health.last("inlay"),
        columns=columns,
        ai=list(AI_COLUMNS),
        hidden=[column.label for column in desk.leads.table.columns if column not in columns],
    )


def _frame(desk: Desk, person: Person, lead: Lead, component: str, form: str) -> Frame | None:
    title = "Score" if component == "score-badge" else "Why this score"
    instance = signed.instance_id(component)
    if form in ("canvas", "element"):
        return canvas(desk, person, lead.id, component, title)
    if not person.may_see_record(lead.id):  # a backend states no proof for what its user may not see
        return None
    action = f"{desk.config.inlay}/launch/{desk.config.pages_connection}?component={component}"
    proof = desk.guest.token(person, component, [f"{TYPE}/{lead.id}"])
    return Frame(instance, component, title, action, "token", proof, "plain", _SANDBOX[form])


def canvas(desk: Desk, person: Person, record: str, component: str, title: str) -> Frame:
    """A panel that is opened by a signed request, of a record or of none."""
    instance = signed.instance_id(component)
    proof = desk.signed_request(person, record, component, instance)
    return Frame(instance, component, title, desk.launch_url(component), "signed_request", proof, "canvas", None)
