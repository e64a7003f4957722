"""Where data and keys are, as `inlay check` says it."""

from __future__ import annotations

from dataclasses import replace

from app.health.residency import key_store, residence, residences
from tests.world import World


def test_a_connection_s_region_and_all_that_is_in_it(shared: World) -> None:
    settings, acme = shared.settings, shared.settings.connections["acme-pages"]
    found = residence(settings, acme)
    assert (found.level, found.where) == ("note", "connection acme-pages")
    assert "(connection acme-pages, the server, connection acme, core main)" in found.what
    assert [each.level for each in residences(settings)] == ["note"] * 3
    found = residence(settings, replace(acme, region="eu"))
    assert (found.level, found.what) == (
        "ok", "its data is in eu: connection acme-pages, the server, connection acme, core main.",
    )  # fmt: skip


def test_the_key_store_is_there_or_it_is_said(shared: World) -> None:
    assert shared.parts.subject_keys.are_there()
    assert [each.level for each in key_store(shared.settings)] == ["ok"]
    store = replace(shared.settings.store, key_store=f"sqlite:///{shared.folder}/nothing.db")
    assert [each.level for each in key_store(replace(shared.settings, store=store))] == ["note"]
    assert not (shared.folder / "nothing.db").exists()
    away = replace(store, key_store="postgresql+psycopg://127.0.0.1:1/keys", url="postgresql+psycopg://127.0.0.1:1/x")
    [found] = key_store(replace(shared.settings, store=away))
    assert (found.level, found.where) == ("problem", "key store")
