"""A host is added: for each the answers become a connection that holds, and no typed secret is lost or shown."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.additions import Additions, packages
from app.additions.sheet import Sheet
from app.hosts import HOSTS
from app.keys import Keyring
from app.revisions.vault import Vault
from tests.cli.written import written
from tests.hosts.answers import ANSWERS, SECRET
from tests.world import World

CHOSEN = {"score": ["lead_score"], "analysis": ["contract_review"]}


@pytest.fixture(scope="module")
def world(shared: World) -> World:
    path = written(shared)
    shared.parts.revisions.publish(path.read_text(), "start", "file")
    return shared


@pytest.fixture
def additions(world: World) -> Additions:
    keyring = Keyring.from_secrets([b"k" * 40])
    return Additions(world.parts.publisher, world.parts.vault, keyring, "https://inlay.example.com")


def read(additions: Additions, host: str, **changes: str | list[str]) -> Sheet:
    known = HOSTS[host]
    assert known.setup is not None
    form = {name: [value] for name, value in ANSWERS[host].items()}
    form |= {"components": list(known.setup.components), "capabilities": CHOSEN[known.setup.shows]}
    form |= {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
    return additions.read(known, known.setup, form, "Ada")


@pytest.mark.parametrize("host", HOSTS)
def test_the_answers_of_every_host_make_a_connection_and_its_package(additions: Additions, host: str) -> None:
    sheet = read(additions, host, name=f"new-{host}")
    assert sheet.errors == {}
    assert sheet.draft is not None
    changed = {each.path.split(".")[1] for each in sheet.draft.changes}
    assert changed <= {f"new-{host}", "contract_review"}
    connection = sheet.draft.settings.connections[f"new-{host}"]
    assert packages.sound(sheet.draft.settings, connection)
    assert SECRET not in sheet.draft.text + repr(sheet)
    assert tomllib.loads(sheet.section)["connections"][f"new-{host}"]["host"] == host


def test_before_the_app_is_there_its_package_can_be_had_and_nothing_be_published(
    additions: Additions, world: World
) -> None:
    sheet = read(additions, "salesforce", client_id="", client_secret="", name="")
    assert (sheet.name, sheet.draft) == ("acme-salesforce", None)  # the world has an acme already
    assert [each.name for each in sheet.missing] == ["client_id", "client_secret"]
    assert sheet.settings is not None
    before = packages.sound(sheet.settings, sheet.settings.connections[sheet.name])
    after = read(additions, "salesforce", name=sheet.name).settings
    assert after is not None
    assert before == packages.sound(after, after.connections[sheet.name])  # letter by letter


def test_a_secret_is_never_typed_twice_and_kept_once_the_rest_holds(additions: Additions, world: World) -> None:
    first = read(additions, "salesforce", name="org", client_id="3MVG9 wrong")
    assert first.errors.keys() == {"client_id"}
    assert not world.parts.vault.holds("org_client_secret")
    sealed = first.sealed["client_secret"]
    assert SECRET not in sealed
    broken = read(additions, "salesforce", name="org", client_secret="", **{"sealed-client_secret": f"x{sealed}"})
    assert [each.name for each in broken.missing] == ["client_secret"]
    second = read(additions, "salesforce", name="org", client_secret="", **{"sealed-client_secret": sealed})
    assert (second.draft is not None, second.kept, second.sealed) == (True, {"client_secret"}, {})
    assert (world.folder / "secrets/org_client_secret").read_text() == SECRET
    third = read(additions, "salesforce", name="org", client_secret="")
    assert (third.draft is not None, third.kept) == (True, {"client_secret"})


def test_each_wrong_field_is_said_beside_it_and_what_was_typed_stays(additions: Additions) -> None:
    typed = {"site": "my site", "tenants": "contoso", "client_secret": "", "name": "Contoso!"}
    sheet = read(additions, "sharepoint", **typed)
    assert sheet.errors.keys() == {"site", "tenants", "name"}
    assert (sheet.values["site"], sheet.values["tenants"], sheet.name) == ("my site", "contoso", "Contoso!")
    assert "8eaef023" in sheet.errors["tenants"]
    assert read(additions, "sharepoint", name="contoso", client_secret="").errors == {
        "client_secret": "This is needed."
    }


def test_what_only_the_whole_sees_is_said_beside_its_field_too(additions: Additions) -> None:
    assert "already" in read(additions, "salesforce", name="acme").errors["name"]
    short = read(additions, "guest", name="app", jwks_url="", shared_key="short")
    assert "too short" in short.errors["shared_key"]
    plain = read(additions, "servicenow", name="plain", host_url="http://acme.example")
    assert "plain http" in plain.errors["host_url"]
    assert "no other connection" in read(additions, "guest", name="app2", records_from="nobody").errors["records_from"]


def test_the_capability_that_nobody_has_written_yet_comes_along(additions: Additions, world: World) -> None:
    sheet = read(additions, "office", name="word")
    assert tomllib.loads(sheet.section)["capabilities"]["contract_review"]["core"] == "main"
    begun = additions.begin(sheet.host, sheet.setup)
    assert (begun.capabilities, begun.components) == (["contract_review"], ("document-sidebar",))


def test_a_folder_that_may_not_be_written_is_said_beside_the_secret(world: World, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    forbidden = Vault(tmp_path / "plain", world.parts.database, world.parts.audit)
    additions = Additions(world.parts.publisher, forbidden, Keyring.from_secrets([b"k" * 40]), "https://x.example")
    assert "Let this user write there" in read(additions, "office", name="word-2").errors["client_secret"]


def test_features_get_the_names_that_they_have_at_the_host(additions: Additions) -> None:
    begun = additions.begin(HOSTS["salesforce"], read(additions, "salesforce", name="org-1").setup)
    assert begun.values["fields"] == "activity = activity\ncompany_size = NumberOfEmployees\nrevenue = AnnualRevenue"
    typed = f"{begun.values['fields']}\nstranger = Other__c".replace("= activity", "= Activity__c").replace(
        "\n", "\r\n"
    )
    sheet = read(additions, "salesforce", name="org-2", fields=typed)
    assert sheet.draft is not None
    assert sheet.draft.settings.connections["org-2"].fields == {
        "lead_score": {"activity": "Activity__c", "company_size": "NumberOfEmployees", "revenue": "AnnualRevenue"}
    }
    for wrong in ("activity", "activity = a b", "= Field", 'activity = x"\n[admin]'):
        assert "feature = Field" in read(additions, "salesforce", name="org-3", fields=wrong).errors["fields"]


def test_a_secret_that_another_connection_refers_to_is_not_written_over(additions: Additions, world: World) -> None:
    """Two names and two questions can make one name of a secret."""
    reference = world.parts.vault.put("acme_sign_in_client_secret", "of acme", "Ada")
    newest = world.parts.revisions.newest()
    assert newest is not None
    text = newest.text.replace(f"file:{world.folder}/client", reference)
    assert text != newest.text
    world.parts.revisions.publish(text, "Ada", "page")
    try:
        sheet = read(additions, "salesforce", name="acme_sign_in", client_secret=SECRET)
        assert "name" in sheet.errors
        assert sheet.draft is None
        assert (world.folder / "secrets/acme_sign_in_client_secret").read_text() == "of acme"
    finally:
        world.parts.revisions.publish(newest.text, "Ada", "page")


def test_a_feature_whose_name_has_a_dot_is_renamed_as_one_name(additions: Additions, world: World) -> None:
    newest = world.parts.revisions.newest()
    assert newest is not None
    dotted = newest.text.replace('"revenue"', '"owner.revenue"').replace("\nrevenue =", '\n"owner.revenue" =')
    world.parts.revisions.publish(dotted, "Ada", "page")
    try:
        sheet = read(additions, "guest", name="dotted", fields="owner.revenue = Turnover")
        assert sheet.errors == {}
        assert tomllib.loads(sheet.section)["connections"]["dotted"]["fields"] == {
            "lead_score": {"owner.revenue": "Turnover"}
        }
    finally:
        world.parts.revisions.publish(newest.text, "Ada", "page")
