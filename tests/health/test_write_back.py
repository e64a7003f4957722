"""The fields of write-back, looked at before anything is written: one line for each that is wrong, with its mend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.health.findings import Finding, Watch
from app.health.write_back import write_back
from tests.review.write_back.stage import Stage
from tests.review.write_back.stage import stage as make_stage


@pytest.fixture
def stage(tmp_path: Path, secrets: Path) -> object:
    with make_stage(tmp_path, secrets) as made:
        yield made


def looked(stage: Stage, *records: str) -> list[Finding]:
    watch, settings = Watch(stage.door, stage.clock), stage.settings
    if records:
        asked = replace(settings.capabilities["lead_score"], records=records)
        settings = replace(settings, capabilities={**settings.capabilities, "lead_score": asked})
    return list(write_back("connection crm", settings, stage.connection.settings, watch))


def test_fields_that_may_be_written_are_one_good_line(stage: Stage) -> None:
    [found] = looked(stage)
    assert found.level == "ok"
    assert "lead_score may be written to AI_Score__c, AI_Band__c" in found.what
    assert stage.door.writes == 0


def test_what_may_not_be_written_is_named(stage: Stage) -> None:
    stage.crm.trouble.put("permission", on=True)
    found = looked(stage)
    assert {each.level for each in found} == {"problem"}
    assert len(found) == 6
    assert "AI_Score__c may not be edited by the integration identity" in found[0].what


def test_a_host_that_does_not_answer_is_a_problem(stage: Stage) -> None:
    stage.crm.trouble.put("down", on=True)
    [found] = looked(stage)
    assert (found.level, "SERVER_UNAVAILABLE" in found.what) == ("problem", True)


def test_another_host_s_name_for_its_records_is_no_problem_of_this_one(stage: Stage) -> None:
    """One score for two hosts has a type of record for each."""
    note, ok = looked(stage, "Lead", "u_lead")
    assert (note.level, ok.level) == ("note", "ok")
    assert "on u_lead (host-status-404)" in note.what


def test_a_type_that_is_nobody_s_is_a_problem(stage: Stage) -> None:
    [found] = looked(stage, "u_lead")
    assert (found.level, "on u_lead" in found.what) == ("problem", True)
