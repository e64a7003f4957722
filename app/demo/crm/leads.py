"""Invented B2B leads, the same ones each time, with the names that break careless pages among the first."""

from __future__ import annotations

import random

from app.demo.crm.table import Column, Table, record_id

COUNT = 200
_SEED = 20261123

SENIORITY = ("C-level", "VP", "Director", "Manager", "Individual contributor")
INDUSTRY = (
    "Manufacturing",
    "Software",
    "Logistics",
    "Healthcare",
    "Retail",
    "Energy",
    "Finance",
    "Public sector",
)
SOURCE = (
    "Referral",
    "Partner",
    "Event",
    "Website",
    "Webinar",
    "Advertisement",
    "Purchased list",
    "Cold call",
)
STATUS = ("New", "Working", "Nurturing", "Qualified", "Unqualified")
COUNTRY = (
    "Germany",
    "United States",
    "France",
    "Japan",
    "Austria",
    "Egypt",
    "Sweden",
    "Brazil",
    "Poland",
    "India",
)
DEPARTMENT = ("IT", "Operations", "Finance", "Sales", "Marketing", "Procurement", "Legal")

COLUMNS = (
    Column("Name", "Name"),
    Column("Company", "Company"),
    Column("Title", "Title"),
    Column("Status", "Status", "choice", STATUS),
    Column("Seniority__c", "Seniority", "choice", SENIORITY),
    Column("Department__c", "Department", "choice", DEPARTMENT),
    Column("Industry", "Industry", "choice", INDUSTRY),
    Column("NumberOfEmployees", "Employees", "number"),
    Column("AnnualRevenue", "Annual revenue (EUR)", "money"),
    Column("LeadSource", "Lead source", "choice", SOURCE),
    Column("Country", "Country", "choice", COUNTRY),
    Column("Days_Since_Activity__c", "Days since last activity", "number"),
    Column("Email_Opens__c", "Emails opened (90 days)", "number"),
    Column("Site_Visits__c", "Website visits (90 days)", "number"),
    Column("Meetings__c", "Meetings held", "number"),
    Column("Demo_Requested__c", "Asked for a demo", "choice", ("yes", "no")),
    Column("Email", "Email"),
    Column("Phone", "Phone"),
)

_HARD_NAMES = (
    ("Jürgen Groß-Überacker", "Müller & Söhne Maschinenbau GmbH"),
    ("李 明美", "東雲精密工業株式会社"),
    ("<b>Bob</b> O'Hara", 'Quote "Unquote" & Sons'),
    ("مريم الخطيب", "شركة النخيل للتجارة"),
    ("Maria-Theresia Anastasia von und zu Hohenlohe-Waldenburg-Schillingsfürst-Langenburg",
     "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH"),
    ("Siobhán D'Arcy", "Ó Briain Fisheries"),
    ("Łukasz Żółć", "Wytwórnia Źdźbło"),
    ("Ngozi Okonkwo-Bergström", "Norrsken Freight AB"),
)  # fmt: skip


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words("""
    Amara Anton Beatriz Björn Camille Chidi Daan Dalia Elif Emil Farah Finn Greta Hana Hugo Ines
    Ivan Jana Joaquín Kaito Karin Lars Leila Mateo Mei Milan Nadia Noor Oskar Paula Priya Rafael
    Rosa Samir Selma Sofía Tariq Theo Uma Viktor Wanda Yara Yusuf Zuzanna
""")
_LAST = _words("""
    Adeyemi Almeida Andersson Bakker Bauer Becerra Costa Dahl Demir Eriksen Fischer Fontaine Gupta
    Haddad Hansen Hoffmann Ibarra Ivanova Jansen Kaya Keller Kowalski Laurent Lindqvist Mensah
    Moreau Nakamura Novák Okafor Pereira Petrov Quintana Rossi Sato Schäfer Sørensen Takahashi
    Ulrich Vargas Weber Yılmaz Zeman
""")
_FIRMS = _words("""
    Alder Amber Beacon Birch Cobalt Copper Dune Elm Fjord Flint Granite Harbor Hazel Indigo Juniper
    Kestrel Lumen Marble Meadow Nimbus Onyx Orchard Pebble Quarry Ridge Saffron Sable Summit Tidal
    Umber Vale Willow
""")
_TRADES = _words("""
    Analytics Bearings Ceramics Diagnostics Freight Foods Grid Instruments Labs Logistics Mobility
    Optics Systems
""")
_ENDINGS = ("GmbH", "AG", "Inc.", "Ltd", "SA", "AB", "B.V.", "KK")
_TITLES = {
    "C-level": "Chief {} Officer",
    "VP": "VP {}",
    "Director": "Director of {}",
    "Manager": "{} Manager",
    "Individual contributor": "{} Specialist",
}


def generate(count: int = COUNT) -> Table:
    """The table of invented leads."""
    dice = random.Random(_SEED)  # noqa: S311 - not a secret
    rows: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for number in range(count):
        external = f"LK-{number + 1:05}"
        row_id = record_id(external)
        names[row_id] = external
        rows[row_id] = _row(dice, number)
    return Table("invented leads", COLUMNS, rows, names)


def _row(dice: random.Random, number: int) -> dict[str, str]:
    name, company = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}", _company(dice)
    if number % 3 == 0 and number // 3 < len(_HARD_NAMES):
        name, company = _HARD_NAMES[number // 3]
    seniority = dice.choices(SENIORITY, (8, 14, 22, 32, 24))[0]
    department = dice.choice(DEPARTMENT)
    employees = int(dice.lognormvariate(5.2, 1.7)) + 1
    warmth = dice.random()  # how interested they are; moves what they do, not who they are
    values = {
        "Name": name,
        "Company": company,
        "Title": _TITLES[seniority].format(department),
        "Status": dice.choices(STATUS, (34, 28, 18, 14, 6))[0],
        "Seniority__c": seniority,
        "Department__c": department,
        "Industry": dice.choice(INDUSTRY),
        "NumberOfEmployees": str(employees),
        "AnnualRevenue": str(round(employees * dice.uniform(60, 240)) * 1000),
        "LeadSource": dice.choice(SOURCE),
        "Country": dice.choice(COUNTRY),
        "Days_Since_Activity__c": str(int(dice.expovariate(1 / (6 + 70 * (1 - warmth))))),
        "Email_Opens__c": str(int(warmth * dice.uniform(0, 16))),
        "Site_Visits__c": str(int(warmth * warmth * dice.uniform(0, 22))),
        "Meetings__c": str(int(warmth * dice.uniform(0, 4.2))),
        "Demo_Requested__c": "yes" if warmth > dice.uniform(0.5, 1.2) else "no",
        "Email": f"lead{number + 1}@{_domain(dice)}.example",
        "Phone": f"+49 30 555 {dice.randrange(1000, 9999)}",
    }
    for column in dice.sample(_SOMETIMES_EMPTY, dice.choices((0, 1, 3), (70, 22, 8))[0]):
        values[column] = ""
    return values


_SOMETIMES_EMPTY = (
    "Seniority__c",
    "NumberOfEmployees",
    "AnnualRevenue",
    "LeadSource",
    "Days_Since_Activity__c",
    "Phone",
)


def _company(dice: random.Random) -> str:
    return f"{dice.choice(_FIRMS)} {dice.choice(_TRADES)} {dice.choice(_ENDINGS)}"


def _domain(dice: random.Random) -> str:
    return f"{dice.choice(_FIRMS)}-{dice.choice(_TRADES)}".lower()
