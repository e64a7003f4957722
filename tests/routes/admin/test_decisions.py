"""The page "why this score?" and the letter: who may read them, what stands in them, and what must not."""

from __future__ import annotations

import pytest

from app.admins import Role
from app.db.erasing import Subject
from app.erasure import Erasure
from tests.routes.admin._browser import AdminPages, words
from tests.test_explanation import shown
from tests.world import LEAD, World


def test_an_auditor_reads_all_of_it_and_that_is_audited(world: World) -> None:
    _, decision = shown(world)
    page = AdminPages(world, Role.AUDITOR).get(f"/admin/decisions/{decision}")
    said = words(page)
    for part in (
        "Why this score?", "72 of 100, high", "The model estimates a chance of 72%.", "test-core 1", "Fresh",
        "Active", "+9.5", "Rich a million", "−2.0", "company_size", "250", "1,000,000", "u-17", "score-card",
        "1 person, in 1 session", "Nobody has reviewed it.", "no region is set", decision, LEAD,
    ):  # fmt: skip
        assert part in said, part
    [row] = world.audited("decision.explained")
    assert (row["admin"], row["how"], row["decision"], row["connection"]) == ("Ada", "page", decision, "acme-pages")


@pytest.mark.parametrize(
    ("role", "connections", "status"),
    [
        (Role.OPERATOR, (), 200),
        (Role.AUDITOR, ("acme-pages",), 200),
        (Role.AUDITOR, ("acme",), 404),
        (Role.CONNECTION_ADMIN, (), 403),
        (Role.DESIGNER, (), 403),
    ],
)
@pytest.mark.parametrize("page", ["", "/letter"])
def test_who_may_read_it(world: World, role: Role, connections: tuple[str, ...], status: int, page: str) -> None:
    _, decision = shown(world)
    answer = AdminPages(world, role, connections).get(f"/admin/decisions/{decision}{page}")
    assert answer.status_code == status
    assert ("Active" in answer.text) is (status == 200)
    refused = world.audited("explanation.refused") if status == 404 else world.audited("admin.refused")
    assert len(refused) == (status != 200)


def test_what_is_not_there_and_what_is_another_s_are_refused_alike(world: World) -> None:
    _, decision = shown(world)
    pages = AdminPages(world, Role.AUDITOR, ["acme"])
    answers = [pages.get(f"/admin/decisions/{each}") for each in (decision, "0" * 32)]
    rows = world.audited("explanation.refused")
    assert [row["reason"] for row in rows] == ["connection-not-the-admin's", "decision-unknown"]
    texts = {words(answer).replace(row["reference"], "") for answer, row in zip(answers, rows, strict=True)}
    assert len(texts) == 1


def test_an_id_leads_to_its_page(world: World) -> None:
    pages = AdminPages(world, Role.AUDITOR)
    assert "The decision's id" in words(pages.get("/admin/decisions"))
    answer = pages.get("/admin/decisions?id=%20abc%20")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/decisions/abc")


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("How your score came about", "Lead score: 72 of 100.", "The model estimates a chance of 72%.",
                "What raised the score", "Active", "+9.5 points", "1,000,000", "1 person has looked at this score.",
                "No person has checked it yet.", "company size", "Program: test-core, version 1.")),
        ("de", ("Wie Ihr Score zustande kam", "Lead score: 72 von 100.", "Was den Score erhöht hat", "+9,5 Punkte",
                "1.000.000", "1 Person hat sich diesen Score angesehen.", "Kein Mensch hat ihn bisher geprüft.",
                "Programm: test-core, Version 1.", "Woraus er berechnet wurde")),
    ],
)  # fmt: skip
def test_the_letter_is_plain_and_names_nobody_else(world: World, language: str, parts: tuple[str, ...]) -> None:
    _, decision = shown(world, sub="viewer-who-looked", name="Viola Viewer")
    answer = AdminPages(world, Role.AUDITOR).get(f"/admin/decisions/{decision}/letter?language={language}")
    said = words(answer)
    for part in (*parts, decision):
        assert part in said, (part, said)
    for name in ("viewer-who-looked", "Viola", "Ada", "u-17", "acme"):
        assert name not in answer.text
    assert f'<html lang="{language}"' in answer.text
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert world.audited("decision.explained")[-1]["language"] == language


def test_after_an_erasure_what_stands_is_that_there_was_a_decision(world: World) -> None:
    _, decision = shown(world)
    p = world.parts
    Erasure(p.database, p.subject_keys, p.audit, None, world.clock).erase(
        Subject("acme", ("acme", "acme-pages"), *LEAD.split("/"))
    )
    p.epochs.look()
    pages = AdminPages(world, Role.AUDITOR)
    said = words(pages.get(f"/admin/decisions/{decision}"))
    assert "Its subject was erased" in said
    assert "test-core 1" in said
    assert "u-17" in said  # who saw it
    for gone in ("Active", "72", "250", "Rich"):
        assert gone not in said.replace(decision, "")
    assert pages.get(f"/admin/decisions/{decision}/letter").status_code == 404


def test_markup_in_what_a_core_says_is_text(world: World) -> None:
    _, decision = shown(world)
    bad = {"label": "<script>alert(1)</script>", "effect": 1, "direction": "up", "fields": ["activity"]}
    world.core.changes = {"factors": [bad]}
    world.api.rows["00QAB000007LeadAA2"] = {"activity": "<img src=x>", "company_size": 1, "AnnualRevenue": 1}
    world.element_token(records=["Lead/00QAB000007LeadAA2"])
    decision = world.audited("view.shown")[-1]["decision"]
    pages = AdminPages(world, Role.AUDITOR)
    for path in (f"/admin/decisions/{decision}", f"/admin/decisions/{decision}/letter"):
        text = pages.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;img src=x&gt;" in text
