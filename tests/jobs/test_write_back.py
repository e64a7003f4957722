"""The job of a write-back: it names its record, and the writer does the rest."""

from __future__ import annotations

from app.jobs import write_back
from app.review.write_back.rows import Place


class Writer:
    def __init__(self) -> None:
        self.ran: list[Place] = []

    def run(self, place: Place) -> None:
        self.ran.append(place)


def test_it_is_about_one_record() -> None:
    writer = Writer()
    write_back.handle(writer, {"connection": "crm", "capability": "lead_score", "record": "Lead/00QAB000003LeadAA2"})  # type: ignore[arg-type]
    assert writer.ran == [Place("crm", "lead_score", "Lead", "00QAB000003LeadAA2")]
