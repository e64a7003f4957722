"""Where the key store is made: beside the main database, by us where we named it."""

from __future__ import annotations

import secrets
from contextlib import closing

import pytest
from sqlalchemy import make_url

from app.db import Database
from app.errors import ConfigError
from app.keys.store import KeyStore, make
from tests import services


def test_on_postgresql_it_is_a_database_of_its_own_made_once() -> None:
    main = services.url(services.POSTGRES)
    name = f"inlay-{secrets.token_hex(4)}-keys"
    url = make_url(main).set(database=name).render_as_string(hide_password=False)
    with closing(Database(main)) as beside:
        try:
            make(url, beside, is_ours=True)
            make(url, beside, is_ours=True)
            with closing(KeyStore(Database(url))) as store:
                assert store.counts() == ({}, 0)
        finally:
            with beside.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')


def test_what_we_may_not_make_is_said_with_its_mend() -> None:
    main = services.url(services.POSTGRES)
    role = f"inlay_{secrets.token_hex(4)}"
    with closing(Database(main)) as beside:
        with beside.begin() as conn:
            conn.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        try:
            own = make_url(main).set(username=role)
            with closing(Database(own.render_as_string(hide_password=False))) as poor:
                url = own.set(database="no-keys").render_as_string(hide_password=False)
                with pytest.raises(ConfigError, match='CREATE DATABASE "no-keys"'):
                    make(url, poor, is_ours=True)
                make(url, poor, is_ours=False)  # somebody else's to make
        finally:
            with beside.begin() as conn:
                conn.exec_driver_sql(f"DROP ROLE {role}")
