"""What viewers say, put together: whom it is told, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.client import CoreClient
from app.core.stored import StoredScores
from app.core.stored_analyses import StoredAnalyses
from app.db.epochs import forgetting
from app.figures import Figures
from app.health.alerts.watch import Watch
from app.review.feedback import Feedback
from app.review.feedback.satisfaction import Satisfaction
from app.review.feedback.training import Training, sources
from app.review.feedback.voices import Voices
from app.wiring.ground import Ground


def speaking(
    ground: Ground, stored: StoredScores, cores: Mapping[str, CoreClient], figures: Figures, watch: Watch
) -> tuple[Feedback, Voices, Training]:
    """What goes to cores, what viewers may say, what may be learned from. Nobody is asked how satisfied they are with
    what is failing just now."""

    def is_failing(connection: str) -> bool:
        return any(each.connection in ("", connection) for each in watch.kept.lasting())

    feedback = Feedback(ground.settings, cores, ground.database, ground.audit, ground.metrics, ground.clock)
    satisfaction = Satisfaction(ground.database, figures, is_failing, ground.clock)
    told = (ground.database, ground.audit, ground.epochs, figures, feedback, satisfaction, ground.clock)
    analyses = StoredAnalyses(ground.database, ground.keyring.seal, ground.keyring.open)
    ground.epochs.subscribe(forgetting(lambda *_: analyses.forget()))
    return feedback, Voices(*told), Training(ground.database, stored, analyses, sources(ground.settings))
