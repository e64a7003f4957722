"""Every block of settings in the documents is accepted by the reader of the configuration, where the text puts it.

A block that is whole is read as it stands. A fragment is put over a deployment that has the rest; what has no section
of its own belongs to the connection that the page showed last.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.errors import ConfigError
from tests.docs.pages import Said, pages

KEY = "0123456789abcdef0123456789abcdef"
REST: dict[str, Any] = {
    "server": {"public_url": "https://inlay.example.com", "keys": ["env:INLAY_KEY"]},
    "store": {},
    "cores": {"main": {"url": "https://core.example.com"}, "lead": {"url": "https://lead.example.com"}},
    "capabilities": {
        "lead_score": {"core": "main", "records": ["Lead"], "fields": ["company_size", "industry", "demo_requested"]},
        "contract_review": {"core": "main", "kind": "analysis", "records": ["driveItem"]},
    },
    "connections": {
        "crm": {
            "host": "salesforce",
            "origins": ["https://acme.my.salesforce.com"],
            "host_url": "https://acme.my.salesforce.com",
            "components": ["score-badge"],
            "capabilities": ["lead_score"],
            "secrets": ["env:CRM_SECRET"],
            "issuer": "00DAB0000000001EAA",
            "client_id": "inlay",
            "client_secret": "env:CRM_CLIENT_SECRET",
            "token_url": "https://acme.my.salesforce.com/services/oauth2/token",
        },
        "acme": {
            "host": "guest",
            "origins": ["https://crm.acme.example"],
            "components": ["score-badge"],
            "capabilities": ["lead_score"],
            "issuer": "https://crm.acme.example",
            "audience": "https://inlay.example.com",
            "algorithms": ["EdDSA"],
            "jwks_url": "https://crm.acme.example/jwks.json",
        },
        "contoso": {
            "host": "sharepoint",
            "origins": ["https://contoso.sharepoint.com"],
            "components": ["document-sidebar"],
            "capabilities": ["contract_review"],
            "tenants": ["8eaef023-2b34-4da1-9baa-8bc8c9d6a490"],
            "client_id": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
            "client_secret": "env:CONTOSO_SECRET",
        },
    },
}
# What a page says in the place of what a reader fills in.
GIVEN = {
    "<Directory (tenant) ID>": "8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
    "<Application (client) ID>": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
    "<32 digits>": "a1" * 16,
}
WHOLE = {"host", "url", "core"}  # a section that says these is no fragment: it stands in the place of another


def blocks() -> list[tuple[Said, tuple[str, ...]]]:
    """Each block with the blocks of the same page that stand before it."""
    found = []
    for page in pages():
        said = page.blocks("toml")
        found += [(each, tuple(before.text for before in said[:at])) for at, each in enumerate(said)]
    return found


def over(rest: Mapping[str, Any], block: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The settings with a block's in their places."""
    merged = dict(rest)
    for name, value in block.items():
        old = merged.get(name)
        fragment = (
            isinstance(value, dict)
            and isinstance(old, dict)
            and not (depth == 1 and WHOLE & {*value} and "canary" not in value)
        )
        merged[name] = over(old, value, depth + 1) if fragment and isinstance(old, dict) else value
    return merged


def written(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """TOML of plain settings."""
    plain = {name: value for name, value in table.items() if len(path) == 2 or not isinstance(value, dict)}
    if path and (plain or not table):
        yield f"[{'.'.join(path)}]"
    yield from (f"{name} = {literal(value)}" for name, value in plain.items())
    for name, value in table.items():
        if name not in plain:
            yield from written(value, (*path, name))


def literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {literal(each)}' for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def whole(text: str, before: tuple[str, ...]) -> dict[str, Any]:
    """A deployment with this block in it, and what the page showed before it."""
    settings: dict[str, Any] = REST
    last = ""
    for each in (*before, text):
        block = tomllib.loads(each)
        loose = {name: value for name, value in block.items() if not isinstance(value, dict)}
        sections = {name: value for name, value in block.items() if isinstance(value, dict)}
        last = next(iter(sections.get("connections", {})), last)
        if loose:
            assert last, "it belongs to no connection"
            sections = over(sections, {"connections": {last: loose}})
        settings = over(settings, sections)
    return settings


def is_loose(text: str) -> bool:
    """Whether it is of a section that stands elsewhere on the page."""
    return any(not isinstance(value, dict) for value in tomllib.loads(text).values())


def read(text: str, folder: Path) -> Settings:
    return Settings.parse(text, str(folder / "inlay.toml"), folder)


def filled(text: str, folder: Path, here: pytest.MonkeyPatch) -> str:
    """With the reader's own words, variables and files in their places."""
    for name, value in GIVEN.items():
        text = text.replace(name, value)
    text = text.replace("file:/run/secrets/", "file:secrets/")
    for name in {*re.findall(r"env:(\w+)", text), "INLAY_KEY", "CRM_SECRET", "CRM_CLIENT_SECRET", "CONTOSO_SECRET"}:
        here.setenv(name, "amqps://inlay:x@broker.example/acme" if "BROKER" in name else f"{KEY}-{name}")
    files = {*re.findall(r"file:([\w./-]+)", text), *re.findall(r'"([\w.-]+\.(?:pem|key))"', text)}
    for name in files:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"postgresql+psycopg://inlay:{KEY}@postgres/inlay" if "store" in name else KEY)
        path.chmod(0o600)
    return text


@pytest.mark.parametrize(
    ("said", "before"), blocks(), ids=lambda value: f"{value.page}:{value.line}" if isinstance(value, Said) else ""
)
def test_the_reader_accepts_it(
    said: Said, before: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = filled(said.text, tmp_path, monkeypatch)
    shown = tuple(filled(each, tmp_path, monkeypatch) for each in before)
    tried = [text, *("\n".join(written(whole(text, some))) for some in ((), shown) if some or not is_loose(text))]
    problems = []
    for each in tried:  # alone, over a deployment, and over what the page showed before
        try:
            read(each, tmp_path)
            return
        except ConfigError as error:
            problems.append(error.problems)
    pytest.fail(f"{said.page}:{said.line}: {problems}\n{tried[-1]}")


def test_what_is_no_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail."""
    for wrong in ("[connections.crm]\nwram = '6h'", "[server]\nworkers = 'many'", "[cores.main]\nauth = 'oauth'"):
        text = filled(wrong, tmp_path, monkeypatch)
        with pytest.raises(ConfigError):
            read("\n".join(written(whole(text, ()))), tmp_path)
