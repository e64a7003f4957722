"""Attach a model: a sample answer is pasted, and the page shows what a map makes of it, and every refusal's place.

A score is of features, an analysis of a document. No address is ever typed here: a pasted answer is only read, and what
can be asked is a core that is configured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.analysis.work import DocumentPassages, told_of
from app.config import CapabilitySettings, CoreSettings
from app.config.core import OWN
from app.config.expressions import MAX_TEXT, compiled, parsed
from app.config.kinds import RefusedValueError
from app.config.reader import literal
from app.core import maps
from app.core.client import CoreClient, Item
from app.core.trial import Trial, items_of, rehearsed, tried
from app.core.trial_document import rehearsed as rehearsed_document
from app.core.trial_document import tried as tried_document
from app.documents.document import Document, Page
from app.errors import BadRequest, Problem
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-attach", __name__)
PATH = "/admin/cores/try"
MOST_LETTERS = 200_000
CONFIGURED = "configured"
_FIELDS = ("capability", "map", "model", "request", "response", "features", "document", "answer")
ASK_S = 10.0  # for an analysis: a thread waits for it; the command waits for as long as one may take


@blueprint.get(PATH)
@shown(Act.DESIGN)
def see(admin: Admin) -> Response:
    """The form, empty."""
    return _form(admin, {"map": CONFIGURED})


@blueprint.post(PATH)
@done(Act.DESIGN)
def attempt(admin: Admin) -> Response:
    """A pasted answer is read; without one, whoever runs the deployment may ask the configured core.

    Raises BadRequest for what is too long to be a sample.
    """
    said = {name: request.form.get(name, "").replace("\r\n", "\n") for name in _FIELDS}
    if any(len(each) > MOST_LETTERS for each in said.values()):
        raise BadRequest("This is longer than any sample need be.", reason="text-too-long")
    try:
        core, capability = _chosen(admin, said)
        sample = _sample(capability, said)
    except RefusedValueError as wrong:
        where = wrong.inner[0] if wrong.inner else "map"
        return _form(admin, said, problems=[Problem(where, wrong.what, wrong.mend)], status=422)
    if "ask" in request.form:
        require(admin, Act.OPERATE)
        if said["map"] != CONFIGURED:
            raise BadRequest("Only the core as it is configured can be asked.", reason="core-not-configured")
        detail = {
            "admin": admin.name,
            "capability": capability.name,
            "core": core.name,
            "records": len(sample.items) or 1,
        }
        parts().audit.write("core.tried", detail=detail)
        trial = sample.asked(parts().cores[core.name])
    else:
        trial = sample.read(core, said["answer"])
    settings = _settings(core, told=admin.may(Act.OPERATE)) if trial.ok and core.is_mapped else ""
    return _form(admin, said, trial=trial, settings=settings)


@dataclass(frozen=True, slots=True)
class _Sample:
    """What a capability is asked with: records of features, or one document."""

    capability: CapabilitySettings
    items: Sequence[Item] = ()
    document: Document | None = None

    def asked(self, core: CoreClient) -> Trial:
        if self.document is None:
            return tried(core, self.capability, self.items)
        told, passages = told_of(self.document), DocumentPassages(self.document)
        return tried_document(core, self.capability, told, passages, slowest_s=ASK_S)

    def read(self, core: CoreSettings, pasted: str) -> Trial:
        if self.document is None:
            return rehearsed(core, self.capability, self.items, pasted)
        told, passages = told_of(self.document), DocumentPassages(self.document)
        return rehearsed_document(core, self.capability, told, passages, pasted)


def _sample(capability: CapabilitySettings, said: Mapping[str, str]) -> _Sample:
    """Raises RefusedValueError for features, or a document, that are none."""
    if capability.kind == maps.ANALYSIS:
        text = said["document"]
        if not text.strip():
            raise RefusedValueError("An analysis is of a document.", "Paste its text.", ("document",))
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()
        return _Sample(
            capability, document=Document("pasted.txt", "text/plain", digest, text, (Page(1, 0, len(text)),))
        )
    try:
        return _Sample(capability, items_of(parsed(said["features"] or "{}")))
    except ValueError as wrong:
        mend = 'Write {"field": value, ...}.'
        raise RefusedValueError(f"These are no features: {wrong}", mend, ("features",)) from None


def _known(admin: Admin) -> dict[str, CapabilitySettings]:
    """Those that a core answers; for whoever looks after some connections only, those of these."""
    settings = parts().settings
    theirs = {
        capability
        for name, connection in settings.connections.items()
        if admin.may(Act.DESIGN, name)
        for capability in connection.capabilities
    }
    known = settings.capabilities if admin.may(Act.DESIGN) else {name: settings.capabilities[name] for name in theirs}
    return {name: each for name, each in sorted(known.items()) if each.cores}


def _chosen(admin: Admin, said: Mapping[str, str]) -> tuple[CoreSettings, CapabilitySettings]:
    """The core's settings as they are, or as they would be. Raises RefusedValueError, BadRequest for a capability that
    is none of theirs."""
    capability = _known(admin).get(said["capability"])
    if capability is None:
        raise BadRequest("There is no such capability.", reason="capability-unknown")
    core = parts().settings.cores[capability.core]
    if said["map"] == CONFIGURED:
        return core, capability
    if said["map"] not in (*maps.names(), OWN):
        raise BadRequest("There is no such map.", reason="map-unknown")
    core = replace(core, map=said["map"], model=said["model"][:200] or "model", model_version="")
    core = replace(core, request=_expression(said, "request"), response=_expression(said, "response"), batch=0)
    if said["map"] == OWN:
        core = replace(core, path=core.path or "/predict")
    if maps.map_of(core, capability.kind) is None:
        raise RefusedValueError(
            "A map of your own needs both expressions.", "Write request and response.", ("request",)
        )
    return core, capability


def _expression(said: Mapping[str, str], name: str) -> Any:
    text = said[name].strip()
    try:
        return compiled(text[: MAX_TEXT + 1]) if text else None
    except RefusedValueError as wrong:
        raise RefusedValueError(wrong.what, wrong.mend, (name,)) from None


def _settings(core: CoreSettings, *, told: bool) -> str:
    """What to write under `[cores.<name>]`; with its address for whoever may be `told` where it is."""
    said = {"url": core.url} if told else {}
    said |= {"map": core.map, "model": core.model}
    said |= {name: each.text for name in ("request", "response") if (each := getattr(core, name)) is not None}
    lines = [f"{name} = {literal(value)}" for name, value in said.items()]
    if core.map in ("mlflow", OWN) and not core.model_version:
        lines.append('model_version = "1"  # or version, or version_path')
    if core.map == OWN:
        lines.append(f"path = {literal(core.path)}")
    return "\n".join([f"[cores.{core.name}]", *lines])


def _form(
    admin: Admin, said: Mapping[str, str], *,
    status: int = 200, problems: list[Problem] | None = None, trial: Trial | None = None, settings: str = "",
) -> Response:  # fmt: skip
    known = _known(admin)
    first = next((each for each in known.values() if each.kind == maps.SCORE), None)
    sample = json.dumps(dict.fromkeys(first.fields), indent=1) if first else "{}"
    return page(
        "admin/attach.html",
        admin,
        status=status,
        title="Attach a model",
        known=known,
        maps=maps.names(),
        said={name: said.get(name, "") for name in _FIELDS} | {"features": said.get("features") or sample},
        may_ask=admin.may(Act.OPERATE),
        problems=problems or [],
        trial=trial,
        settings=settings,
        pretty=lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    )
