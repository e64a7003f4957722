"""`inlay core`: try a core with a record of one's own before anybody sees a score of it, and see the shipped maps."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from app.cli._config import CONFIG, JSON, load, words
from app.config import Settings
from app.config.expressions import parsed
from app.core import maps
from app.core.client import Item
from app.core.cores import Cores
from app.core.trial import Trial, items_of, tried
from app.errors import ConfigError, Problem
from app.metrics import Metrics
from app.net.door import Door

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def core() -> None:
    """Try a model before anybody sees a score of it, and see the shipped maps."""


@core.command("maps")
@click.argument("name", required=False)
def list_maps(name: str | None) -> None:
    """Name the shipped maps; with NAME, print that one."""
    if name is None:
        for each in maps.names():
            click.echo(each)
        return
    with words():
        if name not in maps.names():
            raise ConfigError([Problem("NAME", f"there is no map {name!r}.", f"Known are: {', '.join(maps.names())}.")])
    click.echo(maps.text_of(name), nl=False)


@core.command("try")
@CONFIG
@click.argument("capability")
@click.option("--features", type=_FILE, required=True, help="JSON: an object of features, or a list of them.")
@click.option("--answer", type=_FILE, help="A sample answer of the core: nobody is asked, it is only read.")
@click.option("--core", "name", help="Another core than the capability's: its canary, or one that is to come.")
@click.option("--record", default="Record/try", show_default=True, help="What the record is called, as TYPE/ID.")
@JSON
def try_(
    path: Path, capability: str, features: Path, answer: Path | None, name: str | None, record: str, as_json: bool
) -> None:
    """Ask the core of CAPABILITY about a record: the question, what the map makes of it, the raw answer, what the map
    makes of that, and every refusal with its place. Nothing is kept, and nobody else sees it.

    Exit code 0: there is a score for each record; 1: there is not; 2: the configuration or a file is refused.
    """
    settings = load(path)
    with words():
        trial = _tried(settings, capability, name, _items(features, record), answer)
    click.echo(json.dumps(trial.told(), indent=2, ensure_ascii=False) if as_json else _said(trial))
    sys.exit(0 if trial.ok else 1)


def _tried(settings: Settings, capability: str, name: str | None, items: list[Item], answer: Path | None) -> Trial:
    asked = settings.capabilities.get(capability)
    scores = [each for each, one in settings.capabilities.items() if one.kind == "score" and one.cores]
    if asked is None or capability not in scores:
        known = ", ".join(scores) or "none"
        raise ConfigError([Problem("CAPABILITY", f"there is no score {capability!r}.", f"Known are: {known}.")])
    if name is not None and name not in settings.cores:
        raise ConfigError(
            [Problem("--core", f"there is no core {name!r}.", f"Known are: {', '.join(settings.cores)}.")]
        )
    metrics = Metrics()
    door = Door(settings.server.allow_private, metrics=metrics)
    cores = Cores(settings, door, metrics)
    try:
        return tried(cores[name or asked.core], asked, items, _text(answer) if answer else None)
    finally:
        cores.close()
        door.close()


def _items(file: Path, record: str) -> list[Item]:
    try:
        return items_of(parsed(_text(file)), record)
    except ValueError as error:
        mend = 'Write {"company_size": 250, ...}, with the names that the capability has under fields.'
        raise ConfigError([Problem(str(file), f"does not hold features: {error}.", mend)]) from None


def _text(file: Path) -> str:
    return file.read_text("utf-8", errors="replace")


def _said(trial: Trial) -> str:
    """For a person, step by step."""
    parts = [f"Core {trial.core}, map {trial.map}", _step("1. Our question", trial.question)]
    if trial.left_out:
        parts.append(f"   Left out, because the capability does not declare them: {', '.join(trial.left_out)}")
    if trial.request is not None:
        parts.append(_step(f"2. What the core is asked: POST {trial.path}", trial.request))
    if trial.raw:
        heading = f"{trial.status} {trial.kind} in {trial.took_s:g} s" if trial.status else "as it was given"
        parts.append(f"3. The raw answer, {heading}\n{_indented(trial.raw)}")
    if trial.mapped is not None:
        parts.append(_step("4. What the map makes of it", trial.mapped))
    for number, each in enumerate(trial.scores):
        parts.append(f"   record {number}: {_score(each) if each else 'no score'}")
    for refusal in trial.refusals:
        where = f" at {refusal.place}" if refusal.place else ""
        parts.append(f"REFUSED, {refusal.step}{where}: {refusal.what} {refusal.mend}")
    return "\n".join(parts)


def _score(score: Mapping[str, Any]) -> str:
    model, reasons = score["model"], len(score["factors"]) or "none given"
    return f"{score['value']:g} of 100, model {model['name']} {model['version']}; reasons: {reasons}"


def _step(heading: str, value: Any) -> str:
    return f"{heading}\n{_indented(json.dumps(value, indent=2, ensure_ascii=False))}"


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())
