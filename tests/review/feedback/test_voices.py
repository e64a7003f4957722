"""A thumb with a word on a decision; and one question in 90 days, asked once, never in the way of anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.application import create_app
from app.db.erasing import Subject
from app.db.schema import audit
from app.db.schema_alerts import alerts
from app.db.schema_feedback import asked_viewers, thumbs
from app.review.feedback.satisfaction import KNOWN_S, PAUSE_S
from app.wiring import erasure
from tests.core.server import status
from tests.hosts._proofs import GUEST
from tests.library import CONTRACT, File, shelf
from tests.scoring.test_history import rescored
from tests.world import LEAD, World, launch_data, running, world

ASKED, THANKS = "Wie zufrieden sind Sie", "Danke. Niemand sieht"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def opened(here: World, **who: Any) -> str:
    """The token of a card's page."""
    return str(launch_data(here.launch("score-card", **who))["token"])


def card(here: World, token: str) -> str:
    return str(here.badge(token, component="score-card").text)


def decision(here: World) -> str:
    return str(here.audited("view.shown")[-1]["decision"])


def say(here: World, token: str, path: str = "/thumbs", **said: str) -> Any:
    return here.client.post(path, data={"token": token, "component": "score-card", "record": LEAD} | said)


def counted(here: World) -> Counter[str]:
    """What the dashboard would count, of one component of one connection."""
    found = here.parts.figures._counts.items()
    return Counter({name: n for (of, tag, name), n in found if (of, tag) == ("acme", "score-card") and n})


def known(here: World, **who: Any) -> None:
    """The viewer has looked, and then a while went by."""
    assert here.launch("score-card", **who).text
    here.clock.now += KNOWN_S + 3600
    here.event(LEAD)
    here.parts.epochs.look()
    here.run_jobs()
    with here.parts.database.begin() as conn:  # nobody sealed or measured anything in between
        conn.execute(alerts.delete())


def test_a_thumb_is_kept_with_its_word_audited_and_shown_to_its_viewer_only(here: World) -> None:
    token = opened(here)
    assert "War das hilfreich?" in card(here, token)
    answer = say(here, token, decision=decision(here), thumb="down", word="unclear")
    assert answer.status_code == 200, answer.text
    assert 'data-word="" aria-pressed="true"' in answer.json["fragments"][0]["html"]
    assert 'data-word="" aria-pressed="true"' in card(here, token)
    other = opened(here, user="005AB000002BbBbYAK", token="ben")
    assert 'aria-pressed="true"' not in card(here, other)
    [given] = here.audited("thumb.given")
    assert (given["thumb"], given["word"], given["component"]) == ("down", "unclear", "score-card")
    assert counted(here)["thumbs-down"] == 1


def test_a_thumb_can_be_turned_and_taken_back(here: World) -> None:
    token = opened(here)
    of = decision(here)
    for thumb in ("up", "down", ""):
        assert say(here, token, decision=of, thumb=thumb).status_code == 200
    assert 'aria-pressed="true"' not in card(here, token)
    assert len(here.audited("thumb.undone")) == 1
    with here.parts.database.read() as conn:
        assert conn.execute(select(thumbs)).all() == []


def test_whoever_speaks_of_what_is_no_longer_shown_is_told_so(here: World) -> None:
    token = opened(here)
    of = decision(here)
    rescored(here, 81)
    answer = say(here, token, decision=of, thumb="up")
    assert (answer.status_code, answer.json["code"]) == (409, "decision-gone")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/thumbs", {"thumb": "sideways"}),
        ("/thumbs", {"thumb": "up", "word": "my own words"}),
        ("/thumbs", {"thumb": "up", "decision": "<b>"}),
        ("/satisfaction", {"answer": "6"}),
        ("/satisfaction", {"answer": "my own words"}),
    ],
)
def test_no_word_of_a_viewer_s_own_is_taken(here: World, path: str, said: dict[str, str]) -> None:
    answer = say(here, opened(here), path, **({"decision": "d1"} | said))
    assert answer.status_code == 400
    assert "own words" not in answer.text


def test_who_may_not_see_the_record_says_nothing_of_it(here: World) -> None:
    token = opened(here)
    of = decision(here)
    here.api.blind.add("zoe")
    here.clock.now += 400
    assert say(here, token, decision=of, thumb="up").status_code in (403, 409)
    assert here.audited("thumb.given") == []


def test_a_document_s_viewer_has_a_thumb_too(tmp_path: Path) -> None:
    with shelf(tmp_path, {CONTRACT: File()}) as stage:
        session = stage.session()
        [reading] = stage.analysed(session)
        voices, connection = stage.world.parts.voices, stage.connection()
        from app.review.feedback.voices import Thumb

        said = Thumb(reading.decision, "up", "saved-time")
        assert reading.document is not None
        record = reading.document.record
        voices.thumb(session, connection, "document-sidebar", record, reading, said)
        told = voices.joined(session, connection, "document-sidebar", {record: reading})[record]
        assert told.voice is not None
        assert (told.voice.thumb, told.voice.word) == ("up", "saved-time")


def test_whoever_knows_us_is_asked_once_in_90_days(here: World) -> None:
    assert ASKED not in card(here, opened(here))  # the first day
    known(here)
    token = opened(here)
    assert ASKED in card(here, token)
    assert ASKED in card(here, token)  # until it is answered, here
    assert ASKED not in card(here, opened(here))  # and nowhere else
    answer = say(here, token, "/satisfaction", answer="4")
    assert THANKS in answer.json["fragments"][0]["html"]
    say(here, token, "/satisfaction", answer="1")  # pressed twice: it is counted once
    assert counted(here).keys() >= {"satisfaction-asked", "satisfaction-4"}
    assert "satisfaction-1" not in counted(here)
    here.clock.now += PAUSE_S - 60
    assert ASKED not in card(here, opened(here))
    here.clock.now += 4_000
    rescored(here, 81)
    with here.parts.database.begin() as conn:
        conn.execute(alerts.delete())
    assert ASKED in card(here, opened(here))


def test_declining_and_passing_it_over_count_as_asked(here: World) -> None:
    known(here)
    ben = {"user": "005AB000002BbBbYAK", "token": "ben"}
    known(here, **ben)
    token = opened(here)
    assert ASKED in card(here, token)
    declined = say(here, token, "/satisfaction", answer="declined").json["fragments"][0]["html"]
    assert (ASKED in declined, THANKS in declined) == (False, False)
    opened(here, **ben)  # asked, and the page is closed
    assert ASKED not in card(here, opened(here))
    assert ASKED not in card(here, opened(here, **ben))
    assert counted(here)["satisfaction-asked"] == 2
    assert counted(here)["satisfaction-declined"] == 1


def test_many_tabs_at_once_ask_once(here: World) -> None:
    known(here)
    here.launch("score-card")
    with here.parts.database.begin() as conn:
        conn.execute(asked_viewers.delete())
    tokens = [opened(here) for _ in range(4)]
    with here.parts.database.begin() as conn:
        conn.execute(asked_viewers.delete())
    here.parts.voices._satisfaction._quiet.clear()
    here.parts.fragments.forget()
    with here.another() as other, ThreadPoolExecutor(4) as threads:
        clients = [here, other, here, other]
        shown = [*threads.map(lambda pair: card(*pair), zip(clients, tokens, strict=True))]
    assert sum(ASKED in each for each in shown) == 1


def test_nobody_is_asked_while_something_fails_nor_of_a_stale_score(here: World) -> None:
    known(here)
    with here.parts.database.begin() as conn:
        conn.execute(insert(alerts).values(rule="p95", connection="acme", value=9.0, fired_at=1.0, open_key="p95"))
    assert ASKED not in card(here, opened(here))
    with here.parts.database.begin() as conn:
        conn.execute(update(alerts).values(open_key=None, resolved_at=2.0))
    here.clock.now += 3_601
    rescored(here, 83)
    asked = opened(here)
    assert ASKED in card(here, asked)
    with here.parts.database.begin() as conn:  # and now something fails
        conn.execute(update(alerts).values(open_key="p95", resolved_at=None))
    here.parts.fragments.forget()
    here.parts.ready.forget()
    assert ASKED not in card(here, asked)
    with here.parts.database.begin() as conn:
        conn.execute(update(alerts).values(open_key=None, resolved_at=2.0))
    here.clock.now += 3_601

    here.core.behave(status(503))
    stale = card(here, opened(here))
    assert 'data-state="stale"' in stale
    assert ASKED not in stale


def test_a_connection_may_have_nobody_asked(here: World) -> None:
    known(here)
    quiet = replace(here.settings.connections["acme"], satisfaction=False)
    settings = replace(here.settings, connections={**here.settings.connections, "acme": quiet})
    with running(settings, here.clock) as (parts, runner):
        there = replace(here, parts=parts, runner=runner, client=create_app(parts).test_client())
        assert ASKED not in card(there, opened(there))


def test_an_element_in_a_host_s_page_is_heard_as_a_frame_is(here: World) -> None:
    opened_ = here.exchange(component="score-card")
    token, shown = opened_.json["access_token"], opened_.json["fragments"][0]["html"]
    assert 'data-to="thumbs"' in shown
    form = {"token": token, "component": "score-card", "record": LEAD, "decision": decision(here), "thumb": "up"}
    origin = {"Origin": GUEST["origins"][0]}
    answer = here.client.post("/thumbs", data=form, headers=origin)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert 'aria-pressed="true"' in answer.json["fragments"][0]["html"]


def test_what_is_kept_of_a_question_names_nobody_and_a_thumb_goes_with_its_subject(here: World) -> None:
    known(here)
    token = opened(here)
    card(here, token)
    say(here, token, decision=decision(here), thumb="up")
    with here.parts.database.read() as conn:
        [row] = conn.execute(select(asked_viewers)).all()
        [viewer] = {*conn.execute(select(audit.c.viewer).where(audit.c.event == "view.shown")).scalars()}
    assert viewer not in str(row)
    assert LEAD.partition("/")[2] not in str(row)
    with erasure(here.settings, here.parts.database, here.parts.audit, here.clock) as to:
        to.erase(Subject("acme", ("acme", "acme-pages"), *LEAD.split("/")))
    with here.parts.database.read() as conn:
        assert conn.execute(select(thumbs)).all() == []
