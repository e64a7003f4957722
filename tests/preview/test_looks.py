"""Hosts' looks: all that the issue names, in real colours, each checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import ConfigError
from app.preview.book import Edition
from app.preview.looks import ROLES, Embed, read_looks


def test_every_host_has_the_looks_that_designers_asked_for(edition: Edition) -> None:
    found = {name: set(host.looks) for name, host in edition.looks.items()}
    assert found["salesforce"] >= {"slds-2", "slds-2-dark", "slds-1", "experience"}
    assert found["sharepoint"] >= {"none", "neutral", "soft", "strong"}
    assert found["teams"] >= {"default", "dark", "contrast"}
    assert {"office", "servicenow", "guest"} <= set(found)


def test_every_look_names_the_hosts_own_tokens(edition: Edition) -> None:
    for host in edition.looks.values():
        assert host.embeds, host.name
        for look in host.looks.values():
            assert set(look.colours) == set(ROLES)
            assert all(colour.token for colour in look.colours.values())
            assert 240 <= look.width <= 1204
            assert f"--card:{look.colours['card'].value};" in look.style


def test_a_wrong_look_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm/preview.toml").write_text('title = "CRM"\nshape = "round"\norder = 1\n[[look]]\nname = "x"\n')
    with pytest.raises(ConfigError, match=r"crm/preview.toml: is no host's look: look x: look at"):
        read_looks(tmp_path)


def test_embed_code_keeps_its_own_braces() -> None:
    code = Embed("", "js", "const { a } = b; <inlay-{tag} record={record}>").filled(
        tag="x-y", record="L/1", url="", camel=""
    )
    assert code == "const { a } = b; <inlay-x-y record=L/1>"
