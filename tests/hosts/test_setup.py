"""Every host's questions: few, and their answers make the connection that the host's page in docs describes."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.config.kinds import RefusedValueError
from app.hosts import HOSTS
from app.hosts._setup import Question, Setup
from tests.hosts.answers import ANSWERS, APP, MOST_TYPED, TENANT

DOCS = Path(__file__).resolve().parents[2] / "docs/hosts"
GIVEN = {"<Directory (tenant) ID>": TENANT, "<Application (client) ID>": APP, "<32 digits>": "a1" * 16}
URL = "https://inlay.example.com"
# Of its example: what an admin chooses, what only comes with the app, and what names another connection.
FREE = {"components", "capabilities", "secrets", "records_from", "sign_in_client_id", "audience", "public_keys"}


def setup(host: str) -> Setup:
    found = HOSTS[host].setup
    assert found is not None
    return found


def asked(host: str, name: str) -> Question:
    return next(each for each in setup(host).questions if each.name == name)


def made(host: str, **changes: str) -> dict[str, Any]:
    typed = ANSWERS[host] | changes
    answers = {
        each.name: f"file:secrets/{each.name}"
        if each.secret
        else each.read(typed[each.name])
        if typed[each.name]
        else ""
        for each in setup(host).questions
    }
    return dict(setup(host).settings(answers, URL))


def documented(host: str) -> dict[str, Any]:
    found = re.search(r"^ *```toml\n(.*?)^ *```", (DOCS / f"{host}.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    text = textwrap.dedent(found[1])
    for name, value in GIVEN.items():
        text = text.replace(name, value)
    [connection] = tomllib.loads(text)["connections"].values()
    return dict(connection)


@pytest.mark.parametrize("host", HOSTS)
def test_the_answers_make_what_the_page_describes(host: str) -> None:
    connection, wanted = {"host": host, **made(host)}, documented(host)
    for name, value in wanted.items():
        if name in FREE or str(value).startswith("env:"):
            continue
        if name == "algorithms":
            assert set(value) <= set(connection[name])
        else:
            assert connection[name] == value, name
    assert all(connection.get(name) for name in HOSTS[host].requires if name != "components")


@pytest.mark.parametrize("host", HOSTS)
def test_few_fields_have_to_be_typed(host: str) -> None:
    typed = [each for each in setup(host).questions if not (each.offer or each.optional or each.choices)]
    assert len(typed) == MOST_TYPED[host] <= 4


@pytest.mark.parametrize(
    ("host", "question", "typed"),
    [
        ("salesforce", "host_url", "acme my.salesforce.com"),
        ("salesforce", "host_url", "https://*.my.salesforce.com"),
        ("salesforce", "host_url", "javascript:alert(1)"),
        ("salesforce", "client_id", "3MVG9 with a space"),
        ("sharepoint", "tenants", "contoso.onmicrosoft.com"),
        ("sharepoint", "site", "https://user@[::1"),
        ("servicenow", "sign_in_client_id", "short"),
        ("oidc", "issuer", "https://id.acme.example/?x=1"),
        ("guest", "page", "''"),
    ],
)
def test_what_cannot_be_is_refused_with_a_mend(host: str, question: str, typed: str) -> None:
    with pytest.raises(RefusedValueError) as refused:
        asked(host, question).read(typed)
    assert len(refused.value.mend) > 10


@pytest.mark.parametrize(
    ("typed", "origins"),
    [
        ("acme", ["https://acme"]),
        ("ACME--dev.sandbox.my.salesforce.com", [
            "https://acme--dev.sandbox.my.salesforce.com", "https://acme--dev.sandbox.lightning.force.com",
        ]),
        ("http://127.0.0.1:8001", ["http://127.0.0.1:8001"]),
        ("https://acme.my.salesforce.com.evil.example", ["https://acme.my.salesforce.com.evil.example"]),
    ],
)  # fmt: skip
def test_an_org_s_pages_follow_from_its_domain(typed: str, origins: list[str]) -> None:
    assert made("salesforce", host_url=typed)["origins"] == origins


def test_a_backend_signs_with_a_shared_key_where_it_publishes_none() -> None:
    assert made("guest", jwks_url="") == {
        "origins": ["https://crm.acme.example"],
        "issuer": "https://crm.acme.example",
        "audience": URL,
        "algorithms": ["HS256"],
        "shared_keys": {"k1": "file:secrets/shared_key"},
    }


def test_what_is_offered_is_another_each_time() -> None:
    for host, name in (("guest", "shared_key"), ("servicenow", "sign_in_client_secret")):
        offer = asked(host, name).offer
        assert offer is not None
        assert offer() != offer()
        assert len(offer()) >= 32
