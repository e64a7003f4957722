"""Who uses the CRM, and what each of them may see: sharing (which records) and field-level security."""

from __future__ import annotations

from dataclasses import dataclass

ORGANIZATION_ID = "00DNW0000000001EAA"

# Size and money, as the invented leads and common files name them.
PRIVATE_FIELDS = frozenset(
    "annualrevenue numberofemployees employees balance default loan income salary creditscore".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the CRM. `sees` is all, most (some records and private fields are hidden) or nothing."""

    key: str
    user_id: str
    first: str
    last: str
    locale: str
    timezone: str
    sees: str
    note: str

    @property
    def name(self) -> str:
        """As colleagues call them."""
        return f"{self.first} {self.last}"

    @property
    def language(self) -> str:
        """The first part of the locale, as HTML's `lang` takes it."""
        return self.locale.split("_")[0]

    @property
    def email(self) -> str:
        """An address under `.example`, where nobody gets mail: RFC 2606."""
        return f"{self.key}@larkfield.example"

    @property
    def direction(self) -> str:
        """How their pages run: `rtl` or `ltr`."""
        return "rtl" if self.language in {"ar", "he", "fa", "ur"} else "ltr"

    @property
    def initials(self) -> str:
        """What stands in the circle beside the name."""
        return self.first[0] + self.last[0]

    def may_see_record(self, record: str) -> bool:
        """Sharing: who sees most does not see about every twelfth record; the same ones each time."""
        if self.sees == "most":
            return sum(record.encode()) % 12 != 0
        return self.sees == "all"

    def may_see_field(self, field: str) -> bool:
        """Field-level security; asks by name without case and punctuation."""
        plain = "".join(filter(str.isalnum, field.lower().removesuffix("__c")))
        return self.sees == "all" or plain not in PRIVATE_FIELDS


PEOPLE = {
    person.key: person
    for person in (
        Person("dana", "005NW0000005DanYAK", "Dana", "Park", "en_US", "America/New_York", "all",
               "Head of sales. Sees every record and every field."),
        Person("zoe", "005NW0000001ZoeYAK", "Zoë", "Müller", "de_DE", "Europe/Berlin", "all",
               "Sales lead in Berlin. Sees everything too; panels speak German to her."),
        Person("sam", "005NW0000002SamYAK", "Sam", "Carter", "en_US", "America/Chicago", "most",
               "Sales rep. Some records, company size and money are hidden."),
        Person("alex", "005NW0000003AlxYAK", "Alex", "Doe", "en_GB", "Europe/London", "nothing",
               "Contractor. May see no record: panels say so."),
        Person("layla", "005NW0000004LayYAK", "ليلى", "حداد", "ar_EG", "Africa/Cairo", "all",
               "Sales lead in Cairo. Reads from right to left."),
    )
}  # fmt: skip
DEFAULT = PEOPLE["dana"]


def by_user_id(user_id: str) -> Person | None:
    """Whose id in the org it is; None: nobody's."""
    return next((person for person in PEOPLE.values() if person.user_id == user_id), None)
