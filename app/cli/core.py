"""`inlay core`: try a core with a record of one's own before anybody sees a score of it, and see the shipped maps."""

from __future__ import annotations

import json
import mimetypes
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.analysis.work import DocumentPassages, told_of
from app.cli._config import CONFIG, JSON, load, words
from app.config import CapabilitySettings, Settings
from app.config.expressions import parsed
from app.core import maps
from app.core.client import CoreClient, Item
from app.core.cores import Cores
from app.core.trial import Trial, items_of, tried
from app.core.trial_document import tried as tried_document
from app.documents import Document, Reader
from app.errors import ConfigError, DocumentRefused, Problem
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
@click.option("--features", type=_FILE, help="Of a score: JSON, an object of features, or a list of them.")
@click.option("--document", type=_FILE, help="Of an analysis: a PDF, Word, text or HTML file.")
@click.option("--answer", type=_FILE, help="A sample answer of the core: nobody is asked, it is only read.")
@click.option("--core", "name", help="Another core than the capability's: its canary, or one that is to come.")
@click.option("--record", default="Record/try", show_default=True, help="What the record is called, as TYPE/ID.")
@JSON
def try_(
    path: Path,
    capability: str,
    features: Path | None,
    document: Path | None,
    answer: Path | None,
    name: str | None,
    record: str,
    as_json: bool,
) -> None:
    """Ask the core of CAPABILITY about a record, or a document: the question, what the map makes of it, the raw answer,
    what the map makes of that, and every refusal with its place. Nothing is kept, and nobody else sees it.

    Exit code 0: there is a score for each record, or an analysis; 1: there is not; 2: the configuration or a file is
    refused.
    """
    settings = load(path)
    with words():
        asked = _capability(settings, capability, name)
        pasted = _text(answer) if answer else None
        if asked.kind == "score":
            items = _items(_needed(features, "--features", "A score is of features."), record)
            ask = partial(tried, capability=asked, items=items, pasted=pasted)
        else:
            read = _read(_needed(document, "--document", "An analysis is of a document."))
            ask = partial(
                tried_document, capability=asked, document=told_of(read), passages=DocumentPassages(read), pasted=pasted
            )
        trial = _tried(settings, name or asked.core, ask)
    click.echo(json.dumps(trial.told(), indent=2, ensure_ascii=False) if as_json else _said(trial))
    sys.exit(0 if trial.ok else 1)


def _capability(settings: Settings, capability: str, name: str | None) -> CapabilitySettings:
    asked = settings.capabilities.get(capability)
    if asked is None or not asked.cores:
        known = ", ".join(each for each, one in settings.capabilities.items() if one.cores) or "none"
        what = f"there is no capability {capability!r} that a core answers."
        raise ConfigError([Problem("CAPABILITY", what, f"Known are: {known}.")])
    if name is not None and name not in settings.cores:
        raise ConfigError(
            [Problem("--core", f"there is no core {name!r}.", f"Known are: {', '.join(settings.cores)}.")]
        )
    return asked


def _tried(settings: Settings, core: str, ask: Callable[[CoreClient], Trial]) -> Trial:
    metrics = Metrics()
    door = Door(settings.server.allow_private, metrics=metrics)
    cores = Cores(settings, door, metrics)
    try:
        return ask(cores[core])
    finally:
        cores.close()
        door.close()


def _needed(file: Path | None, option: str, why: str) -> Path:
    if file is None:
        raise ConfigError([Problem(option, "is missing.", f"{why} Name a file.")])
    return file


def _read(file: Path) -> Document:
    """Its text, read as the background reads documents of hosts. Raises ConfigError."""
    try:
        return Reader().read(file.read_bytes(), file.name, mimetypes.guess_type(file.name)[0] or "")
    except DocumentRefused as error:
        raise ConfigError([Problem(str(file), error.detail, "Give another file.")]) from None


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
    if trial.analysis:
        parts.append(_step("   the analysis", trial.analysis))
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
