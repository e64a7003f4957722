"""What viewers say, put together: whom it is told, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from app.alerts.watch import Watch
from app.core.client import CoreClient
from app.feedback import Feedback
from app.feedback.satisfaction import Satisfaction
from app.feedback.voices import Voices
from app.figures import Figures
from app.wiring.ground import Ground


def speaking(
    ground: Ground, cores: Mapping[str, CoreClient], figures: Figures, watch: Watch
) -> tuple[Feedback, Voices]:
    """Nobody is asked how satisfied they are with what is failing just now."""

    def is_failing(connection: str) -> bool:
        return any(each.connection in ("", connection) for each in watch.kept.lasting())

    feedback = Feedback(ground.settings, cores, ground.database, ground.audit, ground.metrics, ground.clock)
    satisfaction = Satisfaction(ground.database, figures, is_failing, ground.clock)
    told = (ground.database, ground.audit, ground.epochs, figures, feedback, satisfaction, ground.clock)
    return feedback, Voices(*told)
