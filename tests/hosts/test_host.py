"""The form of a host, and what stands in it when nothing is filled in."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from app.config import ConnectionSettings
from app.hosts import HOSTS
from app.hosts._host import Host, nobody, nothing
from app.launch import Access, Attest, Record
from tests.hosts._door import ScriptedDoor
from tests.hosts._proofs import guest

RECORD = Record("Lead", "17")


def test_a_host_that_does_not_attest_the_record_must_ask_for_it() -> None:
    with pytest.raises(ValueError, match="check_access"):
        Host(name="x", attests=frozenset({Attest.VIEWER}), requires=(), verify=HOSTS["guest"].verify)


def test_the_defaults_give_nothing_away() -> None:
    settings = guest().connection
    assert nobody(ScriptedDoor().call, settings, "", "", [RECORD], ["a"]) == {RECORD: Access(allowed=False)}
    assert nothing(ScriptedDoor().call, settings, "", [RECORD], ["a"]) == {}


@pytest.mark.parametrize("name", HOSTS)
def test_every_form(name: str) -> None:
    host = HOSTS[name]
    assert host.name == name
    assert set(host.requires) <= {each.name for each in fields(ConnectionSettings)}
    around = host.frame_ancestors(guest().connection)
    assert around[:1] == guest().connection.origins
    assert len(around) == 1 or name == "office"  # nobody publishes where its editors are: its form says what is allowed


@pytest.mark.parametrize("host", HOSTS)
def test_a_form_is_short(host: str) -> None:
    """One that wants to be longer says that the shared machinery lacks something."""
    form = Path(__file__).parents[2] / "app/hosts" / host / "__init__.py"
    assert len(form.read_text("utf-8").splitlines()) <= 80
