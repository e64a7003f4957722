"""Roll back: a capability as it was before, its core, its bands and all else, in every process and in one step.

What is put back are the two sections of the configuration that say how a capability is answered: its own, and that of
the core that it named then. They are published as a new revision, so that every process takes them over as it takes
any. Where another core answers then, what the one of before said stays in the audit and in explanations, and is shown
no more; what the core that is back said is shown again. No host hears of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.audit.log import AuditLog
from app.config import Settings
from app.config.sections import section_of, with_section
from app.core.client import identity
from app.db.dropped_cores import drop, take_up
from app.errors import ConfigError, NotFound, Problem
from app.revisions import Change, Revision, Revisions, differences
from app.revisions.publishing import Draft, Publisher

LOOK_BACK = 200  # revisions


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a capability was answered as of a revision, and what would change if it were so again."""

    revision: Revision
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What came of it; `in_step`: whether the file of this machine says the same now."""

    revision: Revision
    changes: list[Change]
    in_step: bool


class RollBacks:
    """One for each process. Every method raises StoreUnavailable."""

    def __init__(self, publisher: Publisher, revisions: Revisions, audit: AuditLog, clock: Callable[[], float]) -> None:
        self._publisher, self._revisions, self._audit, self._clock = publisher, revisions, audit, clock

    def earlier(self, capability: str) -> list[Earlier]:
        """The ways in which it was answered before, the last one first; each once, as of its newest revision.

        Raises NotFound where the configuration has no such capability.
        """
        found = self._revisions.all(LOOK_BACK)
        if not found:
            words = (
                "No configuration was published yet. inlay serve publishes the first, inlay reload each one after it."
            )
            raise NotFound(words, reason="revision-unknown")
        if _answered(found[0].text, capability) is None:
            raise NotFound("The configuration that was published has no such capability.", reason="capability-unknown")
        now, seen = found[0], [_answered(found[0].text, capability)]
        ways = []
        for revision in found[1:]:
            way = _answered(revision.text, capability)
            if way is not None and way not in seen:
                seen.append(way)
                ways.append(Earlier(revision, _differences(now.text, revision.text, capability)))
        return ways

    def roll_back(self, capability: str, by: str, to: int = 0) -> RolledBack:
        """Back to how it was as of revision `to`, or before the last change.

        Raises NotFound where it was never otherwise; ConfigError for what does not hold any more; Superseded.
        """
        ways = [each for each in self.earlier(capability) if to in (0, each.revision.number)]
        if not ways:
            raise NotFound("This capability was not answered in another way then.", reason="revision-unknown")
        before, then = self._publisher.now(), ways[0].revision
        draft = self._publisher.draft(_restored(before.text, then.text, capability), before)
        if _answered(draft.text, capability) != _answered(then.text, capability):
            where = f"[capabilities.{capability}]"
            mend = "Publish the text of the earlier revision as a whole: Configuration, Change it."
            raise ConfigError([Problem(where, "is not written as a section of its own.", mend)])
        was = Settings.parse(before.text, self._publisher.file.name, self._publisher.file.parent)

        def also(conn: Connection, number: int) -> None:
            self._swap_cores(conn, was, draft)
            facts = {"admin": by, "capability": capability, "revision": number, "to": then.number}
            self._audit.write("configuration.restored", conn=conn, detail=facts)

        revision, in_step = self._publisher.publish(draft, by, before, also)
        return RolledBack(revision, draft.changes, in_step)

    def _swap_cores(self, conn: Connection, was: Settings, draft: Draft) -> None:
        """A core's section is of all the capabilities that it answers."""
        answered, answers = answering(was), answering(draft.settings)
        for name, cores in answers.items():
            for gone in answered.get(name, cores):  # imported ones stay: they are of no core
                if gone not in cores:
                    drop(conn, name, gone, self._clock())
            for core in cores:
                take_up(conn, name, core)


def answering(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The identities of the cores that answer each capability, the canary's last."""
    return {
        name: tuple(identity(settings.cores[core]) for core in each.cores)
        for name, each in settings.capabilities.items()
        if not each.is_imported
    }


def _answered(text: str, capability: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """How a configuration says that a capability is answered; None where it has none of this name."""
    tree = tomllib.loads(text)
    own = tree.get("capabilities", {}).get(capability)
    return None if own is None else (own, tree.get("cores", {}).get(own.get("core"), {}))


def _differences(now: str, then: str, capability: str) -> list[Change]:
    return differences(now, _restored(now, then, capability))


def _restored(now: str, then: str, capability: str) -> str:
    answered = _answered(then, capability)
    core = str(answered[0].get("core")) if answered else ""
    text = with_section(now, section_of(then, "capabilities", capability), "capabilities", capability)
    return with_section(text, section_of(then, "cores", core), "cores", core)
