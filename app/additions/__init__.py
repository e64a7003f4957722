"""A host is added: answers become a connection's section, which is checked with all the rest before it is published.

A secret that was answered is kept in its file once the rest holds; until then the form carries it sealed, so that it
need not be typed twice and is never shown. What the host makes only when its package is installed is stood in for, so
that the package can be had before.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from app.additions.sheet import Sheet, section
from app.config.kinds import WORD, RefusedValueError
from app.config.sections import with_section
from app.errors import ConfigError, Problem
from app.hosts._host import Host
from app.hosts._setup import Question, Setup
from app.keys import Keyring, SealBroken
from app.revisions.publishing import Publisher
from app.revisions.vault import Vault, reference, referred

_MOST = 4096  # letters of an answer
_STAND_IN = "0" * 64
_CONTEXT = "host-sheet"


class Additions:
    """Sheets, filled in step by step. Nothing of them is kept but secrets."""

    def __init__(self, publisher: Publisher, vault: Vault, keyring: Keyring, public_url: str) -> None:
        self._publisher, self._vault, self._keyring, self._public_url = publisher, vault, keyring, public_url

    def begin(self, host: Host, setup: Setup) -> Sheet:
        """An empty one, with what we propose. Raises ConfigError, StoreUnavailable."""
        sheet = Sheet(host, setup, self._publisher.now(), components=setup.components)
        sheet.values = {each.name: each.offer() for each in setup.questions if each.offer}
        sheet.capabilities = list(sheet.offered_capabilities())
        asked = dict.fromkeys(each for features in sheet.features().values() for each in features)
        sheet.values["fields"] = "\n".join(f"{each} = {setup.fields.get(each, each)}" for each in asked)
        return sheet

    def read(self, host: Host, setup: Setup, form: Mapping[str, list[str]], by: str) -> Sheet:
        """What was typed, as far as it goes. Raises StoreUnavailable; ConfigError where there is no configuration."""
        sheet = Sheet(host, setup, self._publisher.now())
        sheet.components, sheet.capabilities = form.get("components", []), form.get("capabilities", [])
        sheet.records_from = next(iter(form.get("records_from", [])), "")
        typed = {each.name: next(iter(form.get(each.name, [])), "").strip()[:_MOST] for each in setup.questions}
        typed["name"] = next(iter(form.get("name", [])), "").strip()[:_MOST]
        typed |= {name: value for name, value in self._opened(setup, form).items() if not typed[name]}
        answers = self._answers(sheet, typed)
        self._name(sheet, typed, answers)
        sheet.values["fields"] = next(iter(form.get("fields", [])), "").replace("\r\n", "\n")[: 8 * _MOST]
        try:
            sheet.renamed()
        except ValueError:
            sheet.errors["fields"] = "Write a line for each: feature = Field"
        for chosen in ("components", "capabilities"):
            if not getattr(sheet, chosen):
                sheet.errors[chosen] = "Choose at least one."
        if not sheet.errors:
            self._secrets(sheet, typed, answers, by)
        if not sheet.errors:
            self._draft(sheet, answers)
        for each in setup.questions:
            if each.secret and not each.offer and typed[each.name] and each.name not in sheet.kept:
                sealed = self._keyring.seal(typed[each.name].encode(), f"{_CONTEXT} {each.name}")
                sheet.sealed[each.name] = base64.urlsafe_b64encode(sealed).decode()
        return sheet

    def _opened(self, setup: Setup, form: Mapping[str, list[str]]) -> dict[str, str]:
        """The secrets that the form carries of an earlier look; what does not open was never ours."""
        found = {}
        for each in setup.questions:
            sealed = next(iter(form.get(f"sealed-{each.name}", [])), "")
            with suppress(SealBroken, binascii.Error, ValueError):
                if sealed:
                    opened = self._keyring.open(base64.urlsafe_b64decode(sealed), f"{_CONTEXT} {each.name}")
                    found[each.name] = opened.decode()
        return found

    def secret_of(self, name: str, question: Question) -> str:
        """The name that a connection's secret is kept under."""
        return f"{name}_{question.name}"

    def _answers(self, sheet: Sheet, typed: Mapping[str, str]) -> dict[str, str]:
        """The values of all that is no secret."""
        answers: dict[str, str] = {}
        for each in sheet.setup.questions:
            if each.secret:
                if each.offer:
                    sheet.values[each.name] = typed[each.name]
                continue
            sheet.values[each.name], answers[each.name] = typed[each.name], ""
            if each.choices and typed[each.name] not in dict(each.choices):
                sheet.errors[each.name] = "Choose one of these."
            elif typed[each.name]:
                try:
                    answers[each.name] = each.read(typed[each.name])
                except RefusedValueError as wrong:
                    sheet.errors[each.name] = f"{wrong.what} {wrong.mend}"
            elif each.later:
                sheet.missing.append(each)
                answers[each.name] = sheet.setup.stand_in[each.name]
            elif not each.optional:
                sheet.errors[each.name] = "This is needed."
        return answers

    def _name(self, sheet: Sheet, typed: Mapping[str, str], answers: Mapping[str, str]) -> None:
        name = typed["name"]
        if not name and not sheet.errors:  # it can be derived now
            name = re.sub(r"[^a-z0-9_-]+", "-", sheet.setup.name(answers).lower()).strip("-")[:40]
            name = name if name not in sheet.tree.get("connections", {}) else f"{name}-{sheet.host.name}"
        sheet.values["name"] = name
        if not name:
            return
        try:
            WORD.read(name, Path())
        except RefusedValueError:
            sheet.errors["name"] = "Use small letters, digits, - and _, a letter first."
        if name in sheet.tree.get("connections", {}):
            sheet.errors["name"] = "There is a connection of this name already. Choose another."

    def _secrets(self, sheet: Sheet, typed: Mapping[str, str], answers: dict[str, str], by: str) -> None:
        """Keep what was typed, and refer to it; only what the connection will refer to."""
        asked = [each for each in sheet.setup.questions if each.secret]
        answers |= {each.name: reference(self.secret_of(sheet.name, each)) for each in asked}
        used, taken = section(sheet, answers, self._public_url), referred(sheet.before.text, self._vault.folder.parent)
        for each in asked:
            kept_as = self.secret_of(sheet.name, each)
            if reference(kept_as) not in used:
                continue
            if kept_as in taken:  # two names and two questions can make one name of a secret
                sheet.errors["name"] = f"{taken[kept_as]} keeps its secret as {kept_as}. Choose another name."
                return
            if typed[each.name]:
                try:
                    self._vault.put(kept_as, typed[each.name], by)
                except ConfigError as error:
                    sheet.errors[each.name] = str(error)
                    continue
            if self._vault.holds(kept_as):
                sheet.kept.add(each.name)
            elif each.later:
                sheet.missing.append(each)
            else:
                sheet.errors[each.name] = "This is needed."

    def _draft(self, sheet: Sheet, answers: Mapping[str, str]) -> None:
        sheet.section = section(sheet, answers, self._public_url)
        whole = with_section(sheet.before.text, sheet.section, "connections", sheet.name)
        try:
            if not sheet.missing:
                sheet.draft = self._publisher.draft(whole, sheet.before)
                sheet.settings = sheet.draft.settings
                return
            with _stood_in(whole, [self.secret_of(sheet.name, each) for each in sheet.missing if each.secret]) as text:
                sheet.settings = self._publisher.draft(text, sheet.before).settings
        except ConfigError as error:
            for problem in error.problems:
                _blame(sheet, problem, self.secret_of)


def _blame(sheet: Sheet, problem: Problem, secret_of: Any) -> None:
    """Put a problem beside the field that it is about."""
    said = f"{problem.what} {problem.mend}"
    fields = ["name", "components", "capabilities", "records_from", "fields"]
    asked = {each.name: secret_of(sheet.name, each) for each in sheet.setup.questions}
    for name in (*asked, *fields):
        named = f"connections.{sheet.name}.{name}" in problem.what
        if named or (asked.get(name) and reference(asked[name]) in problem.what):
            sheet.errors[name] = said
            return
    sheet.errors[""] = f"{sheet.errors.get('', '')} {problem.where}: {said}".strip()


@contextmanager
def _stood_in(text: str, names: Sequence[str]) -> Any:
    """The text with secrets that are not known yet referring to files that are there for so long."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder) / name
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(_STAND_IN)
            text = text.replace(f'"{reference(name)}"', f'"file:{path}"')
        yield text
