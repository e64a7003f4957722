"""The figures' page, of what really happened."""

from __future__ import annotations

from app.admins import Role
from app.figures.stored import Figure
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/figures"


def test_what_happened_is_counted(world: World) -> None:
    world.looked_at()
    world.exchange(aud="https://somebody-else.example")
    world.parts.figures.flush()
    ada = AdminPages(world)
    said = words(ada.get(f"{PATH}?connection=acme-pages"))
    assert "People today 1 Views 1 Launches 1 Reviews 0" in said
    assert "Launches refused, 30 days 1 Answers not available 0 of 1" in said
    assert "1 people in 7 days" in said
    assert "Views 2 Launches 2" in words(ada.get(PATH))


def test_as_csv(world: World) -> None:
    world.looked_at()
    world.parts.figures.flush()
    answer = AdminPages(world).get(f"{PATH}?connection=acme&form=csv")
    assert answer.mimetype == "text/csv"
    head, *rows = answer.text.splitlines()
    assert head.startswith("day,views,launches,refused,remembered,answers-ready")
    assert rows[-1].startswith("2026-11-18,1,1,0,0,1")
    assert len(rows) == 30


def test_of_one_s_own_connections_only(world: World) -> None:
    ada = AdminPages(world, Role.AUDITOR, ["acme"])
    assert ada.get(f"{PATH}?connection=acme-pages").status_code == 404
    page = ada.get(PATH)
    assert page.status_code == 200
    assert "All connections" not in page.text
    assert "acme-pages" not in page.text


def test_how_satisfied_viewers_are_with_its_table_and_its_file(world: World) -> None:
    rows = [Figure("acme", "score-card", f"satisfaction-{n}", count) for n, count in ((2, 1), (4, 6), (5, 5))]
    rows += [Figure("acme", "score-card", "satisfaction-asked", 30), Figure("acme", "score-card", "thumbs-up", 3)]
    rows += [Figure("acme-pages", "score-card", f"satisfaction-{word}", 1) for word in ("asked", "3")]
    world.parts.figures.stored.add(rows, set(), world.clock.now)
    ada = AdminPages(world)
    said = words(ada.get(f"{PATH}?connection=acme"))
    assert "92 % satisfied: 4 or 5 of 5, mean 4.25" in said
    assert "Answers 12 Asked 30 Declined 0 Answered 40 %" in said
    assert "Thumbs up 3 of 3 Overridden" in said  # of three there is no share
    alone = words(ada.get(f"{PATH}?connection=acme-pages"))
    assert "1 answer From ten on" in alone
    assert "acme-pages 1 – too few –" in alone
    head, acme, pages, card = ada.get(f"{PATH}?form=satisfaction").text.splitlines()[:4]
    assert head.startswith("of,name,asked,declined,answers,mean,satisfied,response,1,2")
    assert acme == "connection,acme,30,0,12,4.2500,0.9167,0.4000,0,1,0,6,5"
    assert pages == "connection,acme-carried,0,0,0,,,,,,,," or pages.startswith("connection,acme-pages,1,0,1,,,,,")
    assert "satisfaction-" not in ada.get(f"{PATH}?connection=acme-pages&form=csv").text  # a day's are somebody's
    assert card
