"""The command `inlay-core`: serves scores and analyses, measures both on labelled data, fits scorecards."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from app.scorer.contract.loader import load as load_playbook
from app.scorer.contract.loader import load_playbooks
from app.scorer.contract.playbook import Playbook
from app.scorer.contract.quality import measure_review, table, told
from app.scorer.feedback import Feedback
from app.scorer.fit import fit
from app.scorer.loader import SHIPPED, load, parse
from app.scorer.openapi import openapi
from app.scorer.problems import FileRefused
from app.scorer.quality import PARTS, DataRefused, Labels, Quality, measure, read_rows
from app.scorer.scorecard import Scorecard
from app.scorer.serve import Options, StartRefused, serve
from app.scorer.written import with_points

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
REFUSALS = (FileRefused, DataRefused, StartRefused)


class Command(click.Command):
    """Says what is wrong in words and ends with 1; wrong usage ends with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Raises ClickException with the words of what was refused."""
        try:
            return super().invoke(ctx)
        except REFUSALS as refused:
            raise click.ClickException(str(refused)) from None


def labelled(command: Callable[..., None]) -> Callable[..., None]:
    """Says where a CSV keeps its labels; the scorecard's own [fitted] table is the default."""
    options = (
        click.option("--outcome", help="The column that says what came of the row."),
        click.option("--positive", help="The outcome that the score predicts, such as yes."),
        click.option("--id", "id_column", help="The column with the row's id, which decides the split."),
        click.option("--held-out", type=click.IntRange(0, 99), help="Percent of the rows that no fit may see."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Inlay's built-in scoring core."""


@main.command("serve", cls=Command)
@click.option("--bind", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8002, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--scorecards", type=FOLDER, default=SHIPPED, help="A folder of scorecards. Default: the shipped ones.")
@click.option(
    "--playbook",
    "playbooks",
    type=FILE,
    multiple=True,
    help="A playbook of your own (TOML), beside the shipped ones; may be given several times.",
)
@click.option(
    "--api-key-file",
    type=FILE,
    envvar="INLAY_CORE_API_KEY_FILE",
    help="Asks callers for a key of this file, one a line. Also INLAY_CORE_API_KEY_FILE.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads of each worker.")
@click.option(
    "--feedback", type=click.Path(dir_okay=False, path_type=Path), help="Keeps what people say, in this file."
)
def serve_command(**options: Any) -> None:
    """Answers scores and analyses over HTTP; prints {"core": url} once it does."""
    serve(Options(**options), say=_say)


@main.command("evaluate", cls=Command)
@click.argument("model", type=click.Path(exists=True, path_type=Path), metavar="CARD|PLAYBOOK|CONTRACTS")
@click.argument("data", type=click.Path(exists=True, path_type=Path), required=False, metavar="[ROWS|CONTRACTS]")
@labelled
@click.option("--part", type=click.Choice(PARTS), help="Which rows, by default held-out; or which contracts: all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate_command(model: Path, data: Path | None, part: str | None, as_json: bool, **given: Any) -> None:
    """Measures a scorecard on labelled rows (CSV), or a playbook on labelled contracts.

    CARD ROWS tells the AUC. PLAYBOOK CONTRACTS, or CONTRACTS alone for the shipped playbook, tells precision and
    recall for each category; CONTRACTS is a folder with the files and a labels.csv, as CUAD has it.
    """
    if model.is_dir() and data is None:
        book = next(iter(load_playbooks()["contract_review"].values()))
        _evaluate_playbook(book, model, part or "all", as_json)
    elif data is not None and data.is_dir() and model.is_file():
        _evaluate_playbook(load_playbook(model), data, part or "all", as_json)
    elif data is not None and data.is_file() and model.is_file():
        _evaluate_card(model, data, part or "held-out", as_json, **given)
    else:
        raise click.UsageError("Give a scorecard and its rows (CSV), or a playbook and a folder of contracts.")


def _evaluate_card(card: Path, data: Path, part: str, as_json: bool, **given: Any) -> None:
    scorecard = load(card)
    rows = read_rows(data, _labels(scorecard, **given), part)
    started = time.perf_counter()
    quality = measure(scorecard, rows, _today())
    each_us = 1e6 * (time.perf_counter() - started) / quality.rows
    if as_json:
        _say(json.dumps({"part": part, **asdict(quality), "rate": quality.rate, "us_per_row": round(each_us, 1)}))
        return
    _say(f"{scorecard.model} {scorecard.version} on the part {part!r} of {data.name}")
    _say(f"  AUC         {quality.auc:.4f}")
    _say(f"  rows        {quality.rows:,}, {quality.positives:,} with the outcome ({quality.rate:.2f} %)")
    _say(f"  mean score  {quality.mean_score:.2f}")
    _say(f"  time        {each_us:.0f} µs a row")


def _evaluate_playbook(book: Playbook, folder: Path, part: str, as_json: bool) -> None:
    quality = measure_review(book, folder, part)
    if as_json:
        _say(json.dumps({"part": part, "playbook": book.name, "version": book.version} | told(quality)))
        return
    _say(f"{book.model}/{book.name} {book.version} on the part {part!r} of {folder.name}")
    _say("\n".join(table(quality)))


@main.command("fit", cls=Command)
@click.argument("card", type=FILE)
@click.argument("data", type=FILE)
@labelled
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: the scorecard itself.")
def fit_command(card: Path, data: Path, output: Path | None, **given: Any) -> None:
    """Fits the points of a scorecard's rows to labelled rows (CSV), and states the AUC on the held-out part.

    The fields, groups and rows (without points) are made by hand; a fitted scorecard can be fitted again.
    """
    if not find_spec("sklearn"):
        raise click.ClickException("Fitting needs numpy and scikit-learn. Install them: pip install 'inlay[fit]'.")
    text = card.read_text(encoding="utf-8")
    draft = parse(text, card.name, draft=True)
    labels = _labels(draft, **given)
    seen, unseen = read_rows(data, labels, "fitted"), read_rows(data, labels, "held-out")
    fitted = fit(draft, seen, _today())
    inside, outside = (measure(fitted.card, rows, _today()) for rows in (seen, unseen))
    stated = dict(draft.fitted) | asdict(labels) | _facts(data.name, inside, outside)
    stated |= {"strength": fitted.strength, "auc_cross_validated": round(fitted.cross_validated_auc, 4)}
    written = with_points(text, fitted.card, stated)
    parse(written, card.name)  # what we write, we can read
    (output or card).write_text(written, encoding="utf-8")
    _say(f"AUC {outside.auc:.4f} on {outside.rows:,} held-out rows; {inside.auc:.4f} on {inside.rows:,} fitted")


@main.command("feedback", cls=Command)
@click.argument("file", type=FILE)
def feedback_command(file: Path) -> None:
    """Prints what people said of this core's answers, one JSON object a line, as it holds now."""
    for said in Feedback(file).all():
        _say(json.dumps(said))


@main.command("openapi", cls=Command)
def openapi_command() -> None:
    """Prints the OpenAPI document of the core."""
    _say(json.dumps(openapi(), indent=1))


def _facts(data: str, inside: Quality, outside: Quality) -> dict[str, Any]:
    return {
        "data": data,
        "split": "held out: first 8 bytes of sha256(id), as a number modulo 100, below held_out_percent",
        "rows_fitted": inside.rows,
        "auc_fitted": round(inside.auc, 4),
        "rows_held_out": outside.rows,
        "auc_held_out": round(outside.auc, 4),
        "rate_held_out": round(outside.rate, 2),
        "mean_score_held_out": round(outside.mean_score, 2),
    }


def _labels(
    card: Scorecard, outcome: str | None, positive: str | None, id_column: str | None, held_out: int | None
) -> Labels:
    stated = card.fitted
    percent = stated.get("held_out_percent", 30) if held_out is None else held_out
    return Labels(
        outcome=outcome or str(stated.get("outcome", "outcome")),
        positive=positive or str(stated.get("positive", "yes")),
        id_column=id_column or str(stated.get("id_column", "id")),
        held_out_percent=int(percent),
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
