"""The table of places that hold data of people: no table of the schema is missing, and each rule is of one."""

from __future__ import annotations

from sqlalchemy import Table

from app.db import (
    schema,
    schema_admin,
    schema_alerts,
    schema_documents,
    schema_figures,
    schema_jobs,
    schema_seals,
)
from app.db.erasing import BLANK, RULES
from app.db.personal import ELSEWHERE, KEY_TABLES, TABLES, Of
from app.db.schema_keys import key_metadata

MODULES = (schema, schema_admin, schema_alerts, schema_documents, schema_figures, schema_jobs, schema_seals)
# What of a score may stay when its subject is erased. A new column is in here or in BLANK.
STAYS = {
    "id", "connection", "capability", "record_type", "meaning", "model_name", "model_version", "computed_at",
    "created_at", "arm", "core", "erased_at",
}  # fmt: skip


def test_every_table_stands_in_it_once() -> None:
    assert all(each.metadata is schema.metadata for each in MODULES)
    listed = [place.name for place in TABLES]
    assert sorted(listed) == sorted(schema.metadata.tables), (
        "a new table: say whose data it holds, and how it is erased"
    )
    assert sorted(place.name for place in KEY_TABLES) == sorted(key_metadata.tables)


def test_what_holds_a_subject_s_data_is_erased_or_says_why_not() -> None:
    for place in (*TABLES, *KEY_TABLES, *ELSEWHERE):
        assert place.erasing
        assert place.leaving
        assert (Of.NOBODY in place.of) <= (len(place.of) == 1)
        if place.rule is not None:
            assert Of.SUBJECT in place.of, place.name
    ruled = {place.name for place in TABLES if place.rule}
    assert ruled == set(RULES)
    by_itself = {place.name for place in TABLES if Of.SUBJECT in place.of} - ruled
    assert by_itself == {"audit", "sessions", "sign_ins", "changes"}


def test_a_column_that_names_a_record_makes_its_table_one_of_subjects() -> None:
    naming = {"record", "record_id", "records", "snapshot", "features"}
    for table in schema.metadata.tables.values():
        if naming & set(table.c.keys()):
            [place] = [each for each in TABLES if each.name == table.name]
            assert Of.SUBJECT in place.of, table.name
        if "viewer" in table.c:
            [place] = [each for each in TABLES if each.name == table.name]
            assert Of.VIEWER in place.of, table.name


def test_every_column_of_a_score_is_blanked_or_may_stay() -> None:
    columns: Table = schema.scores
    assert set(columns.c.keys()) == STAYS | set(BLANK)
    assert not STAYS & set(BLANK)
