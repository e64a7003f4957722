"""What viewers say beside verdicts, put together."""

from __future__ import annotations

from app.alerts.watch import Watch
from app.feedback import Feedback
from app.feedback.satisfaction import Satisfaction
from app.feedback.voices import Voices
from app.figures import Figures
from app.wiring.ground import Ground


def speaking(ground: Ground, figures: Figures, feedback: Feedback, watch: Watch) -> Voices:
    """Nobody is asked how satisfied they are with what is failing just now."""

    def is_failing(connection: str) -> bool:
        return any(each.connection in ("", connection) for each in watch.kept.lasting())

    satisfaction = Satisfaction(ground.database, figures, is_failing, ground.clock)
    return Voices(ground.database, ground.audit, ground.epochs, figures, feedback, satisfaction, ground.clock)
