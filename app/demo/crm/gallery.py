"""One record as each host shows it, side by side, and one document as each host of documents does: all live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, abort, g, render_template

from app.demo.crm import seats
from app.demo.crm.desk import Desk
from app.demo.crm.pages import viewer
from app.demo.crm.seats import Asked, Prove


@dataclass(frozen=True, slots=True)
class Row:
    """A host of the page: its name, the theme that it is drawn in, how it proves who is looking, and by what."""

    host: str
    title: str
    look: str  # the theme's address in the preview; empty: it has none of its own
    theme: str
    how: str
    prove: Prove


@dataclass(frozen=True, slots=True)
class Seat:
    """One host's place for this viewer, and the panel that this opens; or the words why there is none."""

    row: Row
    action: str = ""  # a form is posted there
    fields: Mapping[str, str] = field(default_factory=dict)
    address: str = ""  # or the frame is opened there
    token: str = ""  # and the page hands this over when it is asked
    words: str = ""


# A host more is a row more: tests/e2e/test_hosts.py holds that none is missing.
RECORDS = (
    Row("salesforce", "Salesforce", "salesforce/slds-2", "SLDS 2",
        "A Canvas signed request, by the secret of the app.", seats.canvas),
    Row("dynamics", "Dynamics 365", "dynamics/fluent", "Fluent 2",
        "An access token of the directory for Inlay, which the page of the form hands over.", seats.dynamics),
    Row("servicenow", "ServiceNow", "servicenow/next", "Next Experience",
        "Its pages sign nothing: the viewer signs in at the instance, in a window. Press Sign in.", seats.servicenow),
    Row("zendesk", "Zendesk", "zendesk/garden", "Garden",
        "A token of the installed app, by a key that Inlay has pinned.", seats.zendesk),
    Row("hubspot", "HubSpot", "hubspot/canvas", "Canvas, light only",
        "A whole request of the server of the host, signed for five minutes.", seats.hubspot),
    Row("oidc", "OpenID", "", "that of its page",
        "An ID token of a client that the page has.", seats.oidc),
    Row("guest", "Your own application", "guest/white", "Plain",
        "A token of its backend, which names viewer, record and origin.", seats.guest),
)  # fmt: skip
DOCUMENTS = (
    Row("sharepoint", "SharePoint", "sharepoint/none", "that of the site",
        "An access token of the directory, which the web part hands over.", seats.sharepoint),
    Row("teams", "Teams", "teams/default", "Teams",
        "The same, but the panel asks Teams for it by its own messages.", seats.teams),
    Row("office", "Word", "office/colourful", "Office",
        "The token that the add-in gets, posted when the pane opens.", seats.office),
)  # fmt: skip


def blueprint(desk: Desk) -> Blueprint:
    """The page."""
    gallery = Blueprint("gallery", __name__)
    viewer(gallery)

    @gallery.get("/hosts", defaults={"key": ""})
    @gallery.get("/hosts/<key>")
    def hosts(key: str) -> str:
        lead = desk.leads.get(key) if key else next(iter(desk.leads.page(g.person).leads), None)
        if lead is None or not g.person.may_see_record(lead.id):
            abort(404)
        asked = Asked(desk, g.person, lead, seats.library(desk, g.person))
        return render_template(
            "hosts.html",
            lead=lead,
            document=asked.offered.get("document"),
            records=[Seat(row, **row.prove(asked)) for row in RECORDS],
            documents=[Seat(row, **row.prove(asked)) for row in DOCUMENTS],
        )

    return gallery
