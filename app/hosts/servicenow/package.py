"""What an instance's admin installs: an update set with a UI page, a portal widget and the OAuth registry's entry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from app.hosts._package import Deployment, Package, PackageFile, PackageRules, fill
from app.hosts.servicenow.package_rules import recognises, verify

_HOST = "servicenow"
_AT = "2000-01-01 00:00:00"  # no update set is of an earlier day; two builds are the same bytes
_GLOBAL = {"display_value": "Global"}

Fields = Mapping[str, str]


def build(deployment: Deployment) -> Sequence[Package]:
    """One update set; no secret is in it: the instance makes its own."""
    connection = deployment.connection
    values = {"launch_url": deployment.launch_url, "components": list(connection.components)}
    made = {name: fill(_HOST, name, values).decode() for name in _TEMPLATES}
    name = f"Inlay {connection.name}"
    records = (
        ("sys_ui_page", "UI Page", "inlay_panel", _page(made)),
        ("sp_widget", "Widget", name, _widget(made, name)),
        ("oauth_entity", "Application Registries", name, _registry(deployment, name)),
    )
    unload = etree.Element("unload", unload_date=_AT)
    set_id = _id(connection.name, "set")
    _add(unload, "sys_remote_update_set", _set(name, set_id, deployment))
    for table, kind, target, fields in records:
        record_id = _id(connection.name, table)
        payload = _payload(table, {**fields, "sys_id": record_id, "sys_update_name": f"{table}_{record_id}"})
        _add(unload, "sys_update_xml", _update(table, kind, target, record_id, payload, name, set_id))
    content = etree.tostring(unload, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    file = f"inlay-{_HOST}-{connection.name}"
    return (Package(file, ".xml", (PackageFile(f"{file}.xml", content),)),)


_TEMPLATES = ("page.html", "page.js", "widget.html", "widget_client.js", "widget_server.js", "widget_options.json")


def _page(made: Mapping[str, str]) -> Fields:
    return {
        "category": "general",
        "client_script": made["page.js"],
        "description": "A panel for the record that the address names",
        "direct": "false",
        "html": made["page.html"],
        "name": "inlay_panel",
        "processing_script": "",
        "sys_class_name": "sys_ui_page",
        "sys_name": "inlay_panel",
    }


def _widget(made: Mapping[str, str], name: str) -> Fields:
    return {
        "category": "custom",
        "client_script": made["widget_client.js"],
        "controller_as": "c",
        "data_table": "sp_instance",
        "description": "A panel for the record of a portal page",
        "has_preview": "false",
        "id": "inlay_panel",
        "internal": "false",
        "name": name,
        "option_schema": made["widget_options.json"],
        "public": "false",
        "script": made["widget_server.js"],
        "servicenow": "false",
        "sys_class_name": "sp_widget",
        "sys_name": name,
        "template": made["widget.html"],
    }


def _registry(deployment: Deployment, name: str) -> Fields:
    """https://www.servicenow.com/docs/r/platform-security/authentication/t_CreateEndpointforExternalClients.html"""
    return {
        "access_token_lifespan": "1800",
        "active": "true",
        "client_id": deployment.connection.sign_in_client_id,
        "client_secret": "",
        "comments": "Viewers sign in to panels; what they may see there is what they may see here",
        "default_grant_type": "authorization_code",
        "name": name,
        "redirect_url": deployment.callback_url,
        "refresh_token_lifespan": str(30 * 24 * 3600),
        "type": "client",
    }


def _set(name: str, set_id: str, deployment: Deployment) -> dict[str, Any]:
    return {
        "application": ("global", _GLOBAL),
        "application_name": "Global",
        "application_scope": "global",
        "description": f"Panels of {deployment.public_url}, connection {deployment.connection.name}",
        "name": name,
        "remote_sys_id": set_id,
        "state": "loaded",
        "sys_class_name": "sys_remote_update_set",
        "sys_id": set_id,
        **_SYSTEM,
    }


def _update(table: str, kind: str, target: str, record_id: str, payload: str, name: str, set_id: str) -> dict[str, Any]:
    return {
        "action": "INSERT_OR_UPDATE",
        "application": ("global", _GLOBAL),
        "category": "customer",
        "name": f"{table}_{record_id}",
        "payload": payload,
        "remote_update_set": (set_id, {"display_value": name}),
        "replace_on_upgrade": "false",
        "sys_id": hashlib.md5(f"{record_id} update".encode(), usedforsecurity=False).hexdigest(),
        "target_name": target,
        "type": kind,
        "update_domain": "global",
        **_SYSTEM,
    }


_SYSTEM = {
    "sys_created_by": "admin",
    "sys_created_on": _AT,
    "sys_mod_count": "0",
    "sys_updated_by": "admin",
    "sys_updated_on": _AT,
}


def _payload(table: str, fields: Fields) -> str:
    root = etree.Element("record_update", table=table)
    scope = {} if table == "oauth_entity" else {"sys_scope": ("global", _GLOBAL)}
    _add(root, table, {**fields, **scope, **_SYSTEM})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode()


def _add(parent: etree._Element, tag: str, fields: Mapping[str, Any]) -> None:
    """A record: its fields by their names, each a text, or a text with attributes."""
    record = etree.SubElement(parent, tag, action="INSERT_OR_UPDATE")
    for field, value in sorted(fields.items()):
        text, attributes = value if isinstance(value, tuple) else (value, {})
        etree.SubElement(record, field, attributes).text = text or None


def _id(connection: str, what: str) -> str:
    """The same at each build, so that a newer package replaces what an older one made."""
    return hashlib.md5(f"inlay {connection} {what}".encode(), usedforsecurity=False).hexdigest()


PACKAGE = PackageRules(
    about="an update set: a UI page and a portal widget for panels, the OAuth registry's entry for their viewers",
    suffixes=(".xml",),
    build=build,
    verify=verify,
    recognises=recognises,
)
