"""Which announcements outdate which answers: those of its record, of its source; at a doubt all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.db.epochs import ERASED, EVERYTHING, IMPORTED, SCORE, Announcement
from app.db.revocations import KIND as REVOKED
from app.launch import Record
from app.rollouts import KIND as ROLLOUT
from app.views import VIEWS
from app.web.memory.news import OF_RECORDS, OF_SESSIONS, About, News, about
from tests.world import LEAD, World

MADE = 10
BADGE, CARD = ("acme", LEAD), ("acme", "")


@pytest.fixture
def hear(world: World) -> Callable[..., set[About]]:
    """Of a badge and a card of each of two leads, and one of another source: which no longer hold after this."""
    news = News(world.parts.epochs, world.parts.connections)
    asked = {BADGE, CARD, ("acme", "Lead/2"), ("elsewhere", LEAD), ("elsewhere", "")}

    def told(kind: str, connection: str = "", key: str = "") -> set[About]:
        news._hear(Announcement(MADE + 1, kind, connection, key))
        return {each for each in asked if not news.holds((each,), MADE, MADE + 1)}

    return told


@pytest.mark.parametrize("kind", sorted(OF_RECORDS))
@pytest.mark.parametrize("connection", ["acme", "acme-pages"])  # which reads its records through the other
def test_news_of_a_record_is_about_its_badge_and_whatever_speaks_of_more(
    hear: Callable[..., set[About]], kind: str, connection: str
) -> None:
    assert hear(kind, connection, LEAD) == {BADGE, CARD}


@pytest.mark.parametrize("kind", [IMPORTED, ROLLOUT, REVOKED, "never heard of"])
def test_other_news_of_a_connection_is_about_all_of_its_source(hear: Callable[..., set[About]], kind: str) -> None:
    assert hear(kind, "acme-pages", "anything") == {BADGE, CARD, ("acme", "Lead/2")}


@pytest.mark.parametrize("kind", [EVERYTHING, ERASED, SCORE, "configuration", "never heard of"])
def test_news_of_no_connection_is_about_everything(hear: Callable[..., set[About]], kind: str) -> None:
    assert len(hear(kind)) == 5


@pytest.mark.parametrize("kind", sorted(OF_SESSIONS))
def test_the_end_of_a_session_is_about_no_answer(hear: Callable[..., set[About]], kind: str) -> None:
    assert hear(kind, "acme", "some session") == set()


def test_what_was_made_later_holds(world: World) -> None:
    news = News(world.parts.epochs, world.parts.connections)
    news._hear(Announcement(MADE, SCORE, "acme", LEAD))
    assert news.holds((BADGE, CARD), MADE, MADE + 5)
    assert not news.holds((("acme", "Lead/2"), BADGE), MADE - 1, MADE + 5)


def test_of_all_components_a_scores_badge_alone_speaks_of_nothing_but_its_record(world: World) -> None:
    connection = world.parts.connections.get("acme-pages")
    told = {tag: about(connection, view, Record.parse(LEAD)) for tag, view in VIEWS.items()}
    assert told == {**dict.fromkeys(VIEWS, CARD), "score-badge": BADGE}
