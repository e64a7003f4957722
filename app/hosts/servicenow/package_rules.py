"""What an instance would refuse in an update set, or commit and then not run: without asking it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml.etree import _Element

from app.hosts._package_findings import Finding, line_at, parsed_json, scan, xml
from app.hosts.servicenow.ids import is_id

_STATES = frozenset({"loaded", "previewed", "committed", "partial", "backed_out", "deleted"})
_ACTIONS = frozenset({"INSERT_OR_UPDATE", "DELETE"})
# What each table must say, and the fields whose values it knows.
_TABLES: Mapping[str, tuple[frozenset[str], Mapping[str, frozenset[str]]]] = {
    "sys_ui_page": (frozenset({"name", "html", "sys_id"}), {"direct": frozenset({"true", "false"})}),
    "sp_widget": (
        frozenset({"id", "name", "template", "client_script", "sys_id"}),
        {name: frozenset({"true", "false"}) for name in ("public", "internal", "has_preview", "servicenow")},
    ),
    "oauth_entity": (
        frozenset({"name", "client_id", "redirect_url", "type", "sys_id"}),
        {
            "type": frozenset({"client", "oauth_provider"}),
            "default_grant_type": frozenset({"authorization_code", "client_credentials", "password"}),
            "active": frozenset({"true", "false"}),
        },
    ),
}
_SECRET_FIELDS = ("client_secret", "password", "private_key")
# A UI page's own templates run over its scripts too, and take these for theirs.
_JELLY = re.compile(r"\$\[|\$\{")


def recognises(files: Mapping[str, bytes]) -> bool:
    """One exported update set."""
    return len(files) == 1 and all(b"<unload" in content[:400] for content in files.values())


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """Every rule on the set, on each update in it, and on the record that each update carries."""
    found: list[Finding] = []
    for path, content in files.items():
        root, _ = xml(path, content)
        if root is None:
            continue
        if root.tag != "unload":
            found.append(
                Finding(path, 1, f"The root element is {root.tag}, not unload.", "Export the update set as XML.")
            )
            continue
        found += _set(path, root)
        for update in root.findall("sys_update_xml"):
            found += _update(path, update)
    return found


def _set(path: str, root: _Element) -> Iterator[Finding]:
    """One set comes first, and every update is of it; else the import leaves them without one."""
    sets = root.findall("sys_remote_update_set")
    if len(sets) != 1 or root[0] is not sets[0]:
        line = line_at(sets[-1]) if sets else 1
        what = f"There are {len(sets)} sys_remote_update_set, or it is not first."
        yield Finding(path, line, what, "Put one of them, and before every update.")
        return
    head = sets[0]
    set_id = _text(head, "sys_id")
    if not is_id(set_id) or _text(head, "remote_sys_id") != set_id:
        yield Finding(path, line_at(head), "sys_id and remote_sys_id are not one id.", "Give both the same 32 digits.")
    if _text(head, "state") != "loaded":
        what = f"The state is {_text(head, 'state')!r}: only a loaded set can be previewed."
        yield Finding(path, _line(head, "state"), what, "Set loaded.")
    names, ids = set[str](), set[str]()
    for update in root.findall("sys_update_xml"):
        if _text(update, "remote_update_set") != set_id:
            line = _line(update, "remote_update_set")
            yield Finding(path, line, "This update is of another set.", f"Set remote_update_set to {set_id}.")
        for known, field in ((names, "name"), (ids, "sys_id")):
            if _text(update, field) in known:
                what = f"Two updates have the {field} {_text(update, field)!r}."
                yield Finding(path, _line(update, field), what, "Each has its own.")
            known.add(_text(update, field))


def _update(path: str, update: _Element) -> Iterator[Finding]:
    if _text(update, "action") not in _ACTIONS:
        what = f"{_text(update, 'action')!r} is no action."
        yield Finding(path, _line(update, "action"), what, f"Use one of: {', '.join(sorted(_ACTIONS))}.")
    line = _line(update, "payload")
    payload, wrong = xml(path, _text(update, "payload").encode())
    yield from (replace(each, line=line + each.line - 1) for each in wrong)
    if payload is None:
        return
    table = payload.get("table", "")
    record = payload.find(table) if payload.tag == "record_update" and table else None
    if record is None:
        yield Finding(path, line, "The payload is no record_update of its table.", "Export the record again.")
    elif table not in _TABLES:
        yield Finding(path, line, f"{table} is no table of ours.", f"Use: {', '.join(sorted(_TABLES))}.")
    else:
        for each in _record(path, update, table, record):
            yield replace(each, line=line + each.line - 1)


def _record(path: str, update: _Element, table: str, record: _Element) -> Iterator[Finding]:
    """Lines count from the payload's first."""
    required, values = _TABLES[table]
    for name in sorted(required):
        if not _text(record, name):
            yield Finding(path, line_at(record), f"{table} lacks {name}.", "Fill it in.")
    for name, allowed in values.items():
        if (given := _text(record, name)) and given not in allowed:
            what = f"{given!r} is no value of {name}."
            yield Finding(path, _line(record, name), what, f"Use one of: {', '.join(sorted(allowed))}.")
    if not is_id(_text(record, "sys_id")) or _text(update, "name") != f"{table}_{_text(record, 'sys_id')}":
        yield Finding(path, _line(record, "sys_id"), "The update is not named after its record.", "<table>_<sys_id>.")
    for name in _SECRET_FIELDS:
        if _text(record, name):
            mend = "Leave it empty; the instance makes one, and encrypts it."
            yield Finding(path, _line(record, name), f"{name} is written down.", mend)
    if table == "oauth_entity" and not _text(record, "redirect_url").startswith("https://"):
        yield from _plain_redirect(path, record)
    if table == "sys_ui_page":
        yield from _page(path, record)
    if schema := _text(record, "option_schema"):
        yield from (
            replace(each, line=_line(record, "option_schema")) for each in parsed_json(path, schema.encode())[1]
        )


def _plain_redirect(path: str, record: _Element) -> Iterator[Finding]:
    found = scan({"redirect": _text(record, "redirect_url").encode()})
    if not found or found[0].level == "problem":
        yield Finding(path, _line(record, "redirect_url"), "redirect_url is no https address.", "Use an https address.")


def _page(path: str, record: _Element) -> Iterator[Finding]:
    line = _line(record, "html")
    root, wrong = xml(path, _text(record, "html").encode())
    yield from (replace(each, line=line + each.line - 1) for each in wrong)
    if root is not None and root.tag != "{jelly:core}jelly":
        yield Finding(path, line, "The page's HTML is no Jelly document.", "Begin it with <j:jelly>.")
    script = _text(record, "client_script")
    for match in _JELLY.finditer(script):
        at = _line(record, "client_script") + script[: match.start()].count("\n")
        yield Finding(path, at, f"{match[0]} is taken for the page's own template.", "Join texts with + instead.")


def _text(element: _Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _line(element: _Element, name: str) -> int:
    child = element.find(name)
    return line_at(element if child is None else child)
