"""Who works in the library, and what each of them may open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the directory. `sees` is all, most (confidential documents are hidden) or nothing."""

    key: str
    oid: str  # the object id in the directory
    first: str
    last: str
    locale: str
    sees: str
    note: str

    @property
    def name(self) -> str:
        """As colleagues call them."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """An address under `.example`, where nobody gets mail: RFC 2606."""
        return f"{self.key}@larkfield.example"

    @property
    def initials(self) -> str:
        """What stands in the circle beside the name."""
        return self.first[0] + self.last[0]

    def may_open(self, *, confidential: bool) -> bool:
        """Whether a document is shared with them: all, those that are not confidential, or none."""
        return self.sees == "all" or (self.sees == "most" and not confidential)


PEOPLE = {
    person.key: person
    for person in (
        Person("dana", "5a1e0b52-1d6f-4f0e-8a43-0c6d3f1b7a01", "Dana", "Park", "en-US", "all",
               "General counsel. May open every document."),
        Person("zoe", "5a1e0b52-1d6f-4f0e-8a43-0c6d3f1b7a02", "Zoë", "Müller", "de-DE", "all",
               "Lawyer in Berlin. May open everything too; panels speak German to her."),
        Person("sam", "5a1e0b52-1d6f-4f0e-8a43-0c6d3f1b7a03", "Sam", "Carter", "en-US", "most",
               "Works in purchasing. Confidential documents are not shared with him."),
        Person("alex", "5a1e0b52-1d6f-4f0e-8a43-0c6d3f1b7a04", "Alex", "Doe", "en-GB", "nothing",
               "Contractor. Nothing is shared with them: panels say so."),
    )
}  # fmt: skip
DEFAULT = PEOPLE["dana"]


def by_oid(oid: object) -> Person | None:
    """Whose object id in the directory it is; None: nobody's."""
    return next((person for person in PEOPLE.values() if person.oid == oid), None)
