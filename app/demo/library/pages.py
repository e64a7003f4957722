"""The pages that people see: welcome, the list of documents, one document beside its sidebar, Word with its pane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.demo.crm.health import Health
from app.demo.library import samples, text
from app.demo.library.columns import AI_COLUMNS
from app.demo.library.desk import BADGE, SIDEBAR, Desk
from app.demo.library.document import READABLE, Document
from app.demo.library.people import DEFAULT, PEOPLE
from app.demo.library.store import MAX_BYTES, LibraryRefusedError

FORMS = {"frame": "Iframe", "element": "Web component"}
LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")
_BUSY_S = 20.0
_LOOK = Path(__file__).parent.parent / "crm" / "static"  # the demo's common sheet, and scripts that both hosts use


def blueprint(desk: Desk, health: Health) -> Blueprint:
    """All pages over one desk."""
    pages = Blueprint("pages", __name__)
    _viewer(pages)
    _overview(pages, desk, health)
    _documents(pages, desk, health)
    _versions(pages, desk, health)
    _files(pages, desk)
    _tokens(pages, desk)
    return pages


def _viewer(pages: Blueprint) -> None:
    @pages.before_request
    def who() -> None:
        chosen = request.args.get("as") or request.cookies.get("viewer", "")
        g.person = PEOPLE.get(chosen, DEFAULT)

    @pages.after_request
    def remember(response: Response) -> Response:
        if request.args.get("as") in PEOPLE:
            response.set_cookie("viewer", g.person.key, samesite="Lax", httponly=True)
        response.headers.setdefault("Cache-Control", "no-store")  # tokens are in the pages
        return response


def _overview(pages: Blueprint, desk: Desk, health: Health) -> None:
    @pages.get("/")
    def welcome() -> str:
        documents = desk.documents.all()
        word = next((each for each in documents if each.suffix == ".docx"), None)
        hidden = next((each for each in documents if each.confidential), None)
        return render_template("welcome.html", up=health.look(), first=documents[0], word=word, hidden=hidden)

    @pages.get("/status")
    def status() -> Response:
        return jsonify(health.look())

    @pages.post("/busy")
    def busy() -> Answer:
        """The API throttles everybody for a while."""
        desk.throttle(_BUSY_S)
        return redirect(url_for("pages.notifications"), 303)

    @pages.get("/notifications")
    def notifications() -> str:
        return render_template("notifications.html", desk=desk, events=LIFECYCLE, busy=desk.busy_for())

    @pages.post("/notifications")
    def lifecycle() -> Answer:
        event = request.form.get("event", "")
        if event not in LIFECYCLE:
            abort(400)
        desk.notifier.lifecycle(event)
        return redirect(url_for("pages.notifications"), 303)

    @pages.get("/look/<name>")
    def look(name: str) -> Response:
        if name not in {"crm.css", "status.js"}:
            abort(404)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response((_LOOK / name).read_bytes(), mimetype=kind, headers={"Cache-Control": "max-age=300"})


def _documents(pages: Blueprint, desk: Desk, health: Health) -> None:
    @pages.get("/documents")
    def listing() -> str:
        return _listing(desk)

    @pages.post("/documents")
    def add() -> Answer | tuple[str, int]:
        try:
            name, content = _upload()
            taken = desk.documents.named(Path(name).name)
            if taken and not g.person.may_open(confidential=taken.confidential):
                raise LibraryRefusedError("There is a document of this name that you may not open.")
            added = desk.documents.add(Path(name).name, content, g.person.name)
        except LibraryRefusedError as refused:
            return _listing(desk, str(refused)), 422
        return redirect(url_for("pages.document", key=added.id), 303)

    @pages.get("/document/<key>")
    def document(key: str) -> str:
        form = request.args.get("form", "frame")
        if form not in FORMS:
            abort(404)
        return _document_page(desk, health, _document(desk, key), form)

    @pages.get("/word/<key>")
    def word(key: str) -> str:
        found = _document(desk, key)
        return render_template("word.html", **_shown(desk, health, found, word=True))


def _versions(pages: Blueprint, desk: Desk, health: Health) -> None:
    @pages.post("/document/<key>")
    def new_version(key: str) -> Answer | tuple[str, int]:
        found = _document(desk, key)
        if not g.person.may_open(confidential=found.confidential):
            abort(403)
        try:
            desk.documents.replace(found, _upload()[1], g.person.name)
        except LibraryRefusedError as refused:
            return _document_page(desk, health, found, "frame", str(refused)), 422
        return redirect(url_for("pages.document", key=found.id, form=request.args.get("form")), 303)

    @pages.post("/document/<key>/amended")
    def other_sides_draft(key: str) -> Answer:
        """A new version without a file at hand, for the demo's own contracts."""
        found = _document(desk, key)
        content = samples.amended(found.name) if desk.own else None
        if content is None or not g.person.may_open(confidential=found.confidential):
            abort(403)
        desk.documents.replace(found, content, "Robin Hale")
        return redirect(url_for("pages.document", key=found.id, form=request.args.get("form")), 303)


def _files(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/file/<key>/<name>")
    def file(key: str, name: str) -> Response:  # noqa: ARG001 the name is for whoever saves it
        """As it is; a document's own scripts run nowhere."""
        found = _document(desk, key)
        if not g.person.may_open(confidential=found.confidential):
            abort(403)
        response = Response(found.path.read_bytes(), mimetype=found.media_type)
        if found.suffix != ".pdf":  # the browser's own viewer does not start in a sandbox
            response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        else:
            response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        return response


def _tokens(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/inlay-token")
    def token() -> Response:
        """The page's token provider: its viewer's access token, the same one until it is nearly over."""
        return jsonify(token=desk.token(g.person, word="word" in request.form))


def _upload() -> tuple[str, bytes]:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise LibraryRefusedError("Choose a file first.")
    return given.filename, given.stream.read(MAX_BYTES + 1)


def _document(desk: Desk, key: str) -> Document:
    found = desk.documents.get(key)
    if found is None:
        abort(404)
    return found


def _listing(desk: Desk, error: str = "") -> str:
    search = request.args.get("q", "").strip()[:200]
    words = search.casefold().split()
    visible = desk.visible(g.person)
    found = [each for each in visible if all(word in each.name.casefold() for word in words)]
    return render_template(
        "documents.html",
        documents=found,
        search=search,
        total=len(visible),
        kinds=",".join(READABLE),
        badge=BADGE,
        error=error,
        ai=AI_COLUMNS,
        columns=desk.columns,
    )


def _document_page(desk: Desk, health: Health, found: Document, form: str, error: str = "") -> str:
    shown = _shown(desk, health, found, word=False)
    return render_template("document.html", form=form, forms=FORMS, error=error, **shown)


def _shown(desk: Desk, health: Health, found: Document, *, word: bool) -> dict[str, Any]:
    """What both pages with a sidebar show: the text, and the frame's launch."""
    allowed = g.person.may_open(confidential=found.confidential)
    content, problem = _content(found) if allowed else ((), "")
    return {
        "document": found,
        "allowed": allowed,
        "content": content,
        "problem": problem,
        "native": found.suffix == ".pdf" and request.args.get("view") != "text",
        "launch": desk.launch_url(SIDEBAR, word=word),
        "token": desk.token(g.person, word=word),
        "component": SIDEBAR,
        "ready": health.last("inlay"),
        "draft": desk.own and found.version == 1 and samples.amended(found.name) is not None,
        "word": word,
    }


def _content(found: Document) -> tuple[tuple[text.Page, ...], str]:
    try:
        return text.pages(found.path, found.version), ""
    except text.UnshownError as error:
        return (), str(error)
