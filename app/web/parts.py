"""Everything that `create_app` builds, in one frozen value; a reload of the configuration swaps it whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import current_app

from app.admins import Admins
from app.admins.sign_in import AdminSignIn
from app.analysis import Analyses
from app.audit.log import AuditLog
from app.audit.sealer import Sealer
from app.config import Settings
from app.connections import Connections
from app.core.client import CoreClient
from app.core.stored import StoredScores
from app.db import Database
from app.db.epochs import Epochs
from app.db.framings import Framings
from app.events import Events
from app.events.notices import NoticeBoard
from app.explanation import Explanations
from app.figures import Figures
from app.health.alerts.watch import Watch
from app.hosts._keys import KeySource
from app.keys.subjects import SubjectKeys
from app.leaving import Leaving
from app.machines.callers import Callers
from app.machines.host_code import HostCode
from app.machines.importing import Imports
from app.metrics import Metrics
from app.node import Node
from app.permissions import Permissions
from app.review import Reviews
from app.review.feedback.training import Training
from app.review.feedback.voices import Voices
from app.review.write_back.desk import Desk
from app.revisions import Revisions
from app.revisions.publishing import Publisher
from app.revisions.vault import Vault
from app.rollouts import Rollouts
from app.scoring.ahead import Ahead
from app.scoring.warming import Warmer
from app.session import Sessions
from app.session.signin import SignIns
from app.web.assets import Assets
from app.web.catalog import Catalog
from app.web.echoes import Echoes
from app.web.fragments import Fragments
from app.web.limits import Limits
from app.web.memory.ready import Ready
from app.web.render import Renderer


@dataclass(frozen=True, slots=True)
class Parts:
    """What routes ask for. `close` ends what runs beside them: the jobs, the flights, the connections."""

    settings: Settings
    node: Node
    database: Database
    epochs: Epochs
    audit: AuditLog
    metrics: Metrics
    keys: KeySource
    subject_keys: SubjectKeys
    stored: StoredScores
    cores: Mapping[str, CoreClient]
    callers: Callers
    host_code: HostCode
    imports: Imports
    explanations: Explanations
    connections: Connections
    sessions: Sessions
    sign_ins: SignIns
    permissions: Permissions
    admins: Admins
    admin_sign_in: AdminSignIn
    rollouts: Rollouts
    revisions: Revisions
    publisher: Publisher
    vault: Vault
    figures: Figures
    events: Events
    notices: NoticeBoard
    ahead: Ahead
    sealer: Sealer
    watch: Watch
    warmer: Warmer
    leaving: Leaving
    renderer: Renderer
    fragments: Fragments
    reviews: Reviews
    voices: Voices
    training: Training
    analyses: Analyses
    write_backs: Desk
    assets: Assets
    limits: Limits
    ready: Ready
    echoes: Echoes
    framings: Framings
    wake_jobs: Callable[[], None]
    clock: Callable[[], float]
    close: Callable[[], None]

    @property
    def catalog(self) -> Catalog:
        """The components that the renderer has read."""
        return self.renderer.catalog


def parts() -> Parts:
    """The parts of the application that answers the current request."""
    found: Parts = current_app.extensions["inlay"]
    return found
