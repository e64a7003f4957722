"""`inlay warm`: what is scored, what is said of it, how a killed run goes on, and which lists are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import _course, main
from app.db.warms import Run
from app.scoring import decisions
from tests.cli.written import written
from tests.core import server as core
from tests.warm import leads
from tests.world import World

RULES = {
    "event_tokens": "[connections.acme.priority]\nlead_score = [{ company_size = { at_least = 200 } }]\n#",
}


@pytest.fixture(autouse=True)
def _clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    monkeypatch.setattr(_course, "PAUSE_S", 0.0)


def warm(world: World, *arguments: str, **changes: str) -> Result:
    config = str(written(world, {'deadline = "2s"': 'deadline = "30s"'} | changes))
    return CliRunner().invoke(main, ["warm", "-c", config, "-k", "acme", "--capability", "lead_score", *arguments])


def said(result: Result) -> dict[str, Any]:
    assert result.stdout, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def listed(world: World, count: int, large: int = 0) -> str:
    path = world.folder / "leads.csv"
    path.write_text("Name,id\n" + "".join(f"x,{each.id}\n" for each in leads(world, count, large)))
    return str(path)


def test_a_list_is_scored_and_viewers_find_it(world: World) -> None:
    result = warm(world, "--from", listed(world, 250))
    assert result.exit_code == 0, result.output
    assert "250 records in " in result.stdout
    assert "250 scored, 0 fresh already, 0 left out by the rules" in result.stdout
    assert (world.core.asked, len(world.audited("answer.given"))) == (2, 250)
    again = said(warm(world, "--from", listed(world, 250), "--json"))
    assert (again["ok"], again["scored"], again["fresh"]) == (True, 0, 250)


def test_the_hosts_own_list_and_the_rules(world: World) -> None:
    leads(world, 230, large=30)
    result = said(warm(world, "--from-host", "--priority-only", "--json", **RULES))
    assert (result["ok"], result["records"], result["scored"], result["low"]) == (True, 230, 30, 200)
    everything = said(warm(world, "--from-host", "--json"))
    assert (everything["scored"], everything["fresh"]) == (200, 30)


def test_a_list_and_the_rules(world: World) -> None:
    result = said(warm(world, "--from", listed(world, 20, large=5), "--priority-only", "--json", **RULES))
    assert (result["records"], result["scored"], result["low"]) == (20, 5, 15)


def test_a_run_that_was_ended_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = listed(world, 650)

    score = _course.Course._score

    def third_is_the_last(self: Any, batch: Any) -> Any:
        if self.done >= 400:
            raise KeyboardInterrupt
        return score(self, batch)

    monkeypatch.setattr(_course.Course, "_score", third_is_the_last)
    first = warm(world, "--from", path)
    assert first.exit_code == 1
    assert "Call it again to go on behind record 400 of 650." in first.stdout
    monkeypatch.setattr(_course.Course, "_score", score)
    world.clock.now += 3600
    second = warm(world, "--from", path)
    assert "Going on behind record 400, where a run ended 60 min ago" in second.stderr
    assert "250 records in" in second.stdout
    assert len(world.audited("answer.given")) == 650
    assert said(warm(world, "--from", path, "--json"))["before"] == 0  # that one was over


def test_a_core_that_stays_away_ends_the_run_and_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "FAILURE_KEPT_S", 0.0)  # else it is remembered for three seconds
    path = listed(world, 300)
    world.core.behave(core.status(503))
    result = warm(world, "--from", path, "--json")
    assert result.exit_code == 1
    answer = said(result)
    assert (answer["ok"], answer["records"], answer["scored"], answer["stopped"]) == (False, 0, 0, "core-status-503")
    world.core.behave()
    later = said(warm(world, "--from", path, "--json"))
    assert (later["scored"], later["stopped"], later["failed"], later["fresh"]) == (300, None, {}, 0)


def test_what_fails_of_some_is_counted_by_its_reason(world: World) -> None:
    path = Path(listed(world, 3))
    path.write_text(path.read_text() + "x,00QAB000000goneAAA\n")
    result = warm(world, "--from", str(path))
    assert result.exit_code == 1
    assert "3 scored" in result.stdout
    assert "  1 record-not-readable\n" in result.stdout
    assert Run("acme", "lead_score", "x").begun(world.parts.database) == (0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "it is not clear which records are meant. Name a file of record ids with --from FILE"),
        (("--from", "x.csv", "--from-host"), "it is not clear which records are meant."),
        (("--from", "nowhere.csv"), "nowhere.csv: cannot be read: No such file or directory."),
        (("--from-host", "--capability", "deals"), "acme has no score 'deals'. Known are: lead_score."),
        (("--from-host", "-k", "acne"), "there is no connection 'acne'. Known are: acme"),
        (("--from-host", "-k", "acme-carried"), "the records of acme-carried cannot be read without a viewer."),
        (("--from-host", "--priority-only"), "acme has no priority rules for it."),
        (("--from", "x.csv", "--type", "Case"), "the capability is not about 'Case'. Known are: Lead."),
    ],
)
def test_what_is_asked_wrongly_is_said(world: World, arguments: tuple[str, ...], words: str) -> None:
    result = warm(world, *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
