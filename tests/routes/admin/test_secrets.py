"""Secrets in a page: what is entered is kept for the configuration, and no page ever says it."""

from __future__ import annotations

import pytest

from app.admins import Role
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/configuration/secrets"
VALUE = "4D1C2B3A5E6F-entered"


@pytest.fixture
def ada(world: World) -> AdminPages:
    written(world, {f"file:{world.folder}/consumer": "file:secrets/acme_secret"})
    world.parts.revisions.publish((world.folder / "inlay.toml").read_text(), "start", "file")
    return AdminPages(world)


def test_a_secret_is_kept_and_never_shown(ada: AdminPages, world: World) -> None:
    assert "acme_secret connections.acme.secrets refers to it" in words(ada.get(PATH))  # missing
    answer = ada.post(PATH, {"name": "acme_secret", "value": VALUE})
    assert answer.status_code == 303
    assert (world.folder / "secrets/acme_secret").read_text() == VALUE
    seen = ada.get(answer.location)
    assert "acme_secret is kept. Running servers still use the old value" in words(seen)
    assert VALUE not in seen.text
    assert world.audited("secret.set")[-1]["admin"] == "Ada"


def test_a_new_value_is_read_again_by_a_publication(ada: AdminPages, world: World) -> None:
    assert ada.post(PATH, {"act": "again"}).status_code == 422  # it refers to what is not there
    ada.post(PATH, {"name": "acme_secret", "value": VALUE})
    assert ada.post(PATH, {"act": "again"}).status_code == 303
    newest = world.parts.revisions.newest()
    assert newest is not None
    assert (newest.number, newest.by, newest.source) == (2, "Ada", "file")


def test_only_what_nothing_refers_to_is_removed(ada: AdminPages, world: World) -> None:
    for name in ("acme_secret", "spare"):
        ada.post(PATH, {"name": name, "value": VALUE})
    refused = ada.post(PATH, {"act": "remove", "name": "acme_secret"})
    assert (refused.status_code, "connections.acme.secrets refers to it" in words(refused)) == (422, True)
    assert ada.post(PATH, {"act": "remove", "name": "spare"}).status_code == 303
    assert [each.name for each in world.parts.vault.all()] == ["acme_secret"]


def test_what_will_not_do_is_said_with_the_name_kept(ada: AdminPages, world: World) -> None:
    refused = ada.post(PATH, {"name": "../key", "value": VALUE})
    assert (refused.status_code, "is no name" in words(refused)) == (422, True)
    assert 'value="../key"' in refused.text
    assert VALUE not in refused.text
    assert (world.folder / "key").read_text() == "k" * 40


def test_only_who_runs_the_deployment_may(ada: AdminPages, world: World) -> None:
    for role, names in ((Role.CONNECTION_ADMIN, ()), (Role.OPERATOR, ("acme",)), (Role.AUDITOR, ())):
        other = AdminPages(world, role, names)
        assert other.get(PATH).status_code == 403
        assert other.post(PATH, {"name": "acme_secret", "value": VALUE}).status_code == 403
    assert not (world.folder / "secrets").exists()
