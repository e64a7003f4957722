"""The library's part of the demo's `inlay.toml`: what an admin of its directory would write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.demo.library.columns import WRITES
from app.demo.library.desk import BADGE, SIDEBAR
from app.demo.library.document import DRIVE
from app.demo.library.tenant import APP, TENANT

_CAPABILITY = """
[capabilities.{name}]
kind = "analysis"
core = "builtin"
title = {title}
records = ["driveItem", "listItem", "share"]
"""
_CONNECTIONS = """
# The library's pages bring their viewer's access token for our app. It is exchanged for one of the API's, so that each
# document is read with its viewer's own rights.
[connections.library]
host = "sharepoint"
origins = [{origin}, {crm}]  # the CRM's page /hosts shows one document in each of these hosts
components = [{sidebar}, {badge}]
capabilities = {names}
tenants = [{tenant}]
client_id = {app}
client_secret = "file:keys/library_secret"
authority = {origin}
host_url = {origin}
single_use = false  # its pages hand the same token out again until that ends
# Changes are told to us, and read in the background with the app's own right to this one library.
token_url = {token_url}
token_scope = {token_scope}
drives = [{drive}]
{write_backs}
# The task pane of a word processor, on the same directory.
[connections.word]
host = "office"
origins = [{origin}, {crm}]
components = [{sidebar}]
capabilities = {names}
tenants = [{tenant}]
client_id = {app}
client_secret = "file:keys/library_secret"
authority = {origin}
host_url = {origin}
single_use = false
records_from = "library"

# A tab of Teams, which the CRM's page /hosts draws.
[connections.teams]
host = "teams"
origins = [{crm}]
components = [{sidebar}]
capabilities = {names}
tenants = [{tenant}]
client_id = {app}
client_secret = "file:keys/library_secret"
authority = {origin}
host_url = {origin}
single_use = false
records_from = "library"
"""


def write(origin: str, crm: str, capabilities: Sequence[Mapping[str, Any]]) -> str:
    """The sections for the library at this origin, beside this CRM; nothing when the core analyses no documents."""
    offered = [each for each in capabilities if each.get("kind") == "analysis"]
    if not offered:
        return ""
    sections = (_CAPABILITY.format(name=each["name"], title=_text(each["title"])) for each in offered)
    return "".join(sections) + _CONNECTIONS.format(
        origin=_text(origin),
        crm=_text(crm),
        sidebar=_text(SIDEBAR),
        badge=_text(BADGE),
        names=_text([each["name"] for each in offered]),
        tenant=_text(TENANT),
        app=_text(APP),
        token_url=_text(f"{origin}/{TENANT}/oauth2/v2.0/token"),
        token_scope=_text(f"{origin}/.default"),
        drive=_text(DRIVE),
        write_backs="".join(_write_back(each["name"]) for each in offered),
    )


def _write_back(capability: str) -> str:
    rows = "".join(f"{what} = {_text(column)}\n" for what, column in WRITES.items())
    return "# What was found is written to the library's own columns, with the app's right to write them.\n" + (
        f"[connections.library.write_back.{capability}]\n{rows}"
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string of these characters is a TOML string
