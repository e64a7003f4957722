"""Watching libraries: nothing that changes is missed, whatever happens to the subscription or to us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import State
from app.db.subscriptions import Subscriptions
from app.errors import HostUnavailable
from app.events.subscriber import LOOK_EACH_S, RENEW_BEFORE_S
from app.hosts._graph_notices import LIFE_S
from tests.hosts._proofs import DRIVE
from tests.library import CONTRACT, COPY, NEXT
from tests.watching import NOTICES, Watched, watched

DAY = 86_400.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as made:
        yield made


def test_a_library_is_subscribed_to_for_as_long_as_it_goes(stage: Watched) -> None:
    stage.begin()
    [made] = stage.library.subscriptions.values()
    url = f"{stage.world.settings.server.public_url}{NOTICES}"
    assert (made["notificationUrl"], made["lifecycleNotificationUrl"], made["changeType"]) == (url, url, "updated")
    assert made["resource"] == f"drives/{DRIVE}/root"
    assert 40 <= len(made["clientState"]) <= 128
    assert stage.library.ends_at("sub-1") == pytest.approx(stage.world.clock.now + LIFE_S, abs=1)
    assert stage.jobs() == [("subscribe", LOOK_EACH_S)]
    [begun] = stage.world.audited("subscription.begun")
    assert begun["connection"] == "sharepoint"


def test_the_secret_itself_is_kept_nowhere(stage: Watched) -> None:
    stage.begin()
    state = stage.library.subscriptions["sub-1"]["clientState"].encode()
    assert not [path for path in stage.world.folder.iterdir() if path.is_file() and state in path.read_bytes()]


def test_a_second_start_and_a_second_process_make_no_second_subscription(stage: Watched) -> None:
    stage.begin()
    stage.begin()
    assert stage.library.made == 1
    assert len(stage.jobs()) == 1


def test_it_is_renewed_before_its_end_and_not_earlier(stage: Watched) -> None:
    stage.begin()
    stage.world.clock.now += LIFE_S - RENEW_BEFORE_S - DAY
    stage.world.run_jobs()
    assert stage.world.audited("subscription.renewed") == []
    [(_, wait)] = stage.jobs()
    stage.world.clock.now += wait + 1
    stage.world.run_jobs()
    assert stage.library.ends_at("sub-1") == pytest.approx(stage.world.clock.now + LIFE_S, abs=1)
    assert stage.library.made == 1


def test_one_that_the_host_lost_is_made_again_and_what_was_missed_is_found(stage: Watched) -> None:
    stage.analysed(stage.session())
    stage.begin()
    stage.library.subscriptions.clear()
    stage.library.changed(CONTRACT, NEXT)
    stage.world.clock.now += LIFE_S - RENEW_BEFORE_S + 1
    stage.world.run_jobs()
    assert stage.library.made == 2
    [row] = stage.world.audited("analysis.given")[1:]
    assert (row["record"], row["session"]) == (CONTRACT, None)


@pytest.mark.parametrize(("status", "wait"), [(503, 5.0), (403, 5.0), (429, 90.0)])
def test_what_cannot_be_done_now_is_tried_again_later_each_time(stage: Watched, status: int, wait: float) -> None:
    stage.library.refuses = (status, {"Retry-After": "90"} if status == 429 else {})
    stage.begin()
    assert stage.jobs() == [("subscribe", wait)]
    assert len(stage.world.audited("host.failed")) == 1
    stage.world.clock.now += wait + 1
    stage.world.run_jobs()
    assert stage.jobs() == [("subscribe", max(wait, 10.0))]
    stage.library.refuses = None
    stage.world.clock.now += 91
    stage.world.run_jobs()
    assert stage.jobs() == [("subscribe", LOOK_EACH_S)]


def test_only_what_somebody_looked_at_is_read_again(stage: Watched) -> None:
    session = stage.session()
    stage.analysed(session)
    stage.begin()
    for record in (CONTRACT, COPY):
        stage.library.changed(record, NEXT)
    downloads = len(stage.library.downloads)
    assert stage.post(stage.notice()).status_code == 202
    stage.world.run_jobs()
    assert len(stage.library.downloads) == downloads + 1
    [reading] = stage.read(session)
    assert (reading.state, reading.older) == (State.READY, False)


def test_changes_of_many_pages_are_all_followed(stage: Watched) -> None:
    stage.begin()
    stage.library.page = 2
    for _ in range(7):
        stage.library.changed(CONTRACT, NEXT)
    stage.post(stage.notice())
    stage.world.run_jobs()
    [last] = stage.world.parts.notices._subscriptions.of("sharepoint").values()
    assert last.link.endswith("token=1.7")


def test_a_link_that_is_too_old_starts_again_from_the_beginning(stage: Watched) -> None:
    stage.analysed(stage.session())
    stage.begin()
    stage.library.era = 2
    stage.library.changed(CONTRACT, NEXT)
    stage.post(stage.notice())
    stage.world.run_jobs()
    assert len(stage.world.audited("analysis.given")) == 2
    [last] = stage.world.parts.notices._subscriptions.of("sharepoint").values()
    assert last.link.endswith("token=2.1")


def test_a_busy_api_loses_nothing(stage: Watched) -> None:
    stage.analysed(stage.session())
    stage.begin()
    stage.library.changed(CONTRACT, NEXT)
    stage.library.refuses = (429, {"Retry-After": "30"})
    stage.post(stage.notice())
    stage.world.run_jobs()
    [(kind, wait), _] = stage.jobs()
    assert (kind, wait >= 30.0) == ("changes", True)
    stage.library.refuses = None
    stage.world.clock.now += wait + 1
    stage.world.run_jobs()
    assert len(stage.world.audited("analysis.given")) == 2


def test_a_library_that_is_taken_off_the_list_is_followed_no_more(stage: Watched) -> None:
    stage.begin()
    watch = stage.world.runner._handlers["changes"].args[0]  # type: ignore[attr-defined]
    assert watch.follow("sharepoint", "b!another") == 0
    assert watch.follow("gone", DRIVE) == 0
    watch.keep("gone")
    assert len(stage.jobs()) == 1


def test_too_many_changes_go_on_where_they_stopped(stage: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.begin()
    monkeypatch.setattr("app.events.subscriber.MAX_PAGES", 3)
    stage.library.page = 1
    for _ in range(5):
        stage.library.changed(CONTRACT, NEXT)
    watch = stage.world.runner._handlers["changes"].args[0]  # type: ignore[attr-defined]
    with pytest.raises(HostUnavailable):
        watch.follow("sharepoint", DRIVE)
    assert watch.follow("sharepoint", DRIVE) == 2


def test_what_leaves_is_told_no_more(stage: Watched) -> None:
    """The host knows nothing of it afterwards; one that it knew nothing of before has ended as well."""
    subscriber, known = stage.world.parts.leaving._subscriber, Subscriptions(stage.world.parts.database)
    stage.begin()
    stage.library.refuses = (503, {})
    with pytest.raises(HostUnavailable):
        subscriber.end("sharepoint")
    assert set(known.of("sharepoint")) == {DRIVE}
    stage.library.refuses = None
    subscriber.end("sharepoint")
    assert (stage.library.subscriptions, known.of("sharepoint")) == ({}, {})
    subscriber.end("sharepoint")
