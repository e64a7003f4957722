"""Decisions with what was said of them, as a file to learn from: complete, without viewers, without who was erased."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from app.cli import main
from app.cli.feedback import require_one_region
from app.db.erasing import Subject
from app.db.schema import scores
from app.db.schema_documents import reviews
from app.db.schema_feedback import thumbs
from app.errors import ConfigError
from app.review.feedback import training
from app.review.feedback.training import COLUMNS, Asked, Training, written
from app.wiring import erasure
from tests.cli.written import written as configured
from tests.core.test_stored import KEY, keep, stored
from tests.library import CONTRACT, COPY, File, shelf
from tests.review.test_review import give
from tests.scoring.test_history import rescored
from tests.world import LEAD, World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.looked_at()
        yield made


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_half_a_character_of_a_host_breaks_off_no_file(form: str) -> None:
    """One such value in one record would end everybody's export in the middle."""
    line = dict.fromkeys(COLUMNS) | {"features": {"name": "\ud800 \u00e9"}}
    text = "".join(written([line], form)).encode().decode()
    read = text if form == "jsonl" else next(csv.DictReader(io.StringIO(text)))["features"]
    said = json.loads(read)
    assert said.get("features", said) == {"name": "\ud800 \u00e9"}


def decision(here: World, connection: str = "acme") -> str:
    with here.parts.database.read() as conn:
        return str(conn.execute(select(scores.c.id).where(scores.c.connection == connection)).scalars().first())


def review(here: World, **said: Any) -> None:
    row = {
        "connection": "acme", "capability": "lead_score", "record_type": "Lead", "record_id": LEAD.partition("/")[2],
        "item": "score", "decision": decision(here), "verdict": "overridden", "severity": "", "reason": "wrong-size",
        "viewer": "zoe@example.com", "said": b"sealed", "at": 1_795_000_000.0, "version": 3, "value": 31.0,
        "approval": "",
    }  # fmt: skip
    with here.parts.database.begin() as conn:
        conn.execute(insert(reviews).values(row | said))


def thumb(here: World, viewer: str, which: str) -> None:
    with here.parts.database.begin() as conn:
        conn.execute(insert(thumbs).values(
            connection="acme", decision=decision(here), viewer=viewer, capability="lead_score", record_type="Lead",
            record_id=LEAD.partition("/")[2], thumb=which, word="", version=1, at=1.0,
        ))  # fmt: skip


def run(here: World, *words: str) -> Result:
    return CliRunner().invoke(main, ["feedback", "export", *words, "-c", str(configured(here))])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(each) for each in result.stdout.splitlines()]


def test_a_line_has_the_input_the_reasons_the_model_and_the_verdict_and_nobody_s_name(here: World) -> None:
    review(here)
    thumb(here, "zoe@example.com", "down")
    thumb(here, "ben@example.com", "up")
    result = run(here, "--json")
    [line] = lines(result)
    assert tuple(line) == COLUMNS
    assert (line["decision"], line["score"], line["model"], line["model_version"]) == (
        decision(here), 72.0, "test-core", "1",
    )  # fmt: skip
    assert line["features"] == {"activity": 3, "company_size": 250, "revenue": 1_000_000}
    assert [each["effect"] for each in line["factors"]] == [12.5, -4.0]
    assert (line["verdict"], line["value"], line["reason"], line["thumbs_up"], line["thumbs_down"]) == (
        "overridden", 31.0, "wrong-size", 1, 1,
    )  # fmt: skip
    assert "example.com" not in result.stdout
    assert json.loads(result.stderr) == {"lines": 1}
    [note] = here.audited("training.exported")
    assert (note["admin"], note["how"]) == ("command line", "jsonl")


def test_what_nobody_said_anything_of_comes_only_when_it_is_asked_for(here: World) -> None:
    review(here)
    assert len(lines(run(here))) == 1
    assert len(lines(run(here, "--unreviewed"))) == 2
    assert [each["connection"] for each in lines(run(here, "--unreviewed", "-k", "acme-pages"))] == ["acme-pages"]
    assert lines(run(here, "--until", "2020-01-01")) == []
    assert run(here, "-k", "nobody").exit_code == 2


def test_an_outcome_is_told_beside_the_decisions_that_came_before_it_through_every_connection(here: World) -> None:
    here.clock.now += 60
    at = datetime.fromtimestamp(here.clock.now, UTC).isoformat()
    here.event(said={"type": "record.outcome", "data": {"record": LEAD, "outcome": "converted", "at": at}})
    rescored(here, 50)
    found = {(each["connection"], each["score"]): each["outcome"] for each in lines(run(here, "--unreviewed"))}
    assert found == {
        ("acme", 72.0): "converted",
        ("acme-pages", 72.0): "converted",
        ("acme", 50.0): None,
        ("acme-pages", 50.0): None,
    }


def test_a_verdict_that_waits_for_a_second_person_is_none_yet(here: World) -> None:
    review(here, approval="waiting")
    assert lines(run(here)) == []


def test_csv_is_text_that_no_spreadsheet_runs(here: World) -> None:
    review(here, reason="=cmd")
    rows = [*csv.DictReader(io.StringIO(run(here, "--format", "csv").stdout.lstrip("\ufeff")))]
    assert len(rows) == 1
    assert rows[0]["reason"] == "'=cmd"
    assert json.loads(rows[0]["features"].lstrip("'"))["activity"] == 3


def test_of_whoever_was_erased_there_is_nothing(here: World) -> None:
    review(here)
    thumb(here, "zoe", "up")
    with erasure(here.settings, here.parts.database, here.parts.audit, here.clock) as to:
        assert to.erase(Subject("acme", ("acme", "acme-pages"), *LEAD.split("/"))).is_proved
    assert lines(run(here, "--unreviewed")) == []


def test_data_of_two_regions_is_never_put_into_one_file(here: World) -> None:
    eu, us = (replace(here.settings.connections["acme"], region=region) for region in ("eu", "us"))
    settings = replace(here.settings, connections={"one": eu, "other": us})
    require_one_region(settings, ["one"])
    with pytest.raises(ConfigError, match="different regions: eu, us"):
        require_one_region(settings, [])


def test_findings_come_with_the_words_that_were_judged(tmp_path: Path) -> None:
    with shelf(tmp_path, {CONTRACT: File(), COPY: File()}) as stage:
        [reading] = stage.analysed(stage.session())
        give(stage, reading, "dismiss", reason="not-relevant", comment="My own words")
        parts = stage.world.parts
        found = [*Training(parts.database, parts.stored, parts.analyses._stored, {}).lines(Asked())]
        [line] = found
        assert (line["verdict"], line["reason"], line["decision"]) == ("dismissed", "not-relevant", reading.decision)
        assert line["finding"]["quote"]
        assert "own words" not in "".join(written(found, "jsonl"))


def test_however_many_lines_there_are_a_page_of_them_is_held(monkeypatch: pytest.MonkeyPatch, here: World) -> None:
    monkeypatch.setattr(training, "PAGE", 50)
    keep(here.parts.database, here.parts.stored, *(stored(f"d{n:05}", key=KEY) for n in range(120)))
    read, decided = [], here.parts.stored.decided
    monkeypatch.setattr(here.parts.stored, "decided", lambda ids: read.append(len(ids)) or decided(ids))
    found = Training(here.parts.database, here.parts.stored, here.parts.analyses._stored, {}).lines(
        Asked(unreviewed=True)
    )
    next(found)
    assert read == [50]
    assert len([*found]) == 121
    assert max(read) == 50
