"""Faults under a load of all kinds of requests, on two nodes and a worker: each line of the design's table of what goes
wrong. What shows goes on, what is new is told so, the audit says why, and all comes back.

`INLAY_PROOF_RATE` is the load in requests a second, 200 unless it is set. Requests are due at their times, whatever
became of those before, and timed from then.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.proof.staged import mix
from tests.proof.staged.chaos import (
    FAULT_S,
    P95_MS,
    Impostor,
    Seens,
    Stage,
    all_is_well,
    firsts_are,
    panels_go_on,
    refused_politely,
    told,
    under_load,
)
from tests.proof.staged.chaos import (
    stage as staged,
)
from tests.proof.staged.load import CUT, REFUSED, quantile
from tests.proof.staged.misuse import ELSEWHERE, MISUSES
from tests.proof.staged.tables import about, kept, markdown

pytestmark = [pytest.mark.proof, pytest.mark.alone]
RATE = float(os.environ.get("INLAY_PROOF_RATE", "200"))
RETRY_S = 3
HEAD = ("fault", "panels that show", "p95 ms, before", "first looks", "launches", "the audit says", "well again, s")

TRIED = ("what was tried", "status", "says", "the audit says")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made
        text = [about(RATE), markdown(HEAD, made.lines)]
        kept("chaos", "\n\n".join([*text, *([markdown(TRIED, made.tried)] if made.tried else [])]))


@pytest.fixture(autouse=True)
def alive(stage: Stage) -> Iterator[None]:
    """No server has ended after, and none has lost a process for good."""
    yield
    assert all(process.popen.poll() is None for process in [*stage.whole.nodes, *stage.whole.workers])
    for node in stage.whole.nodes:
        node.wait_ready()


def seen(stage: Stage, name: str, begin: Callable[[], object], end: Callable[[], object], **load: float) -> Seens:
    found = under_load(stage, begin, end, **({"rate": RATE} | load))
    panels = [each for each in found.during if each.kind in mix.SHOWN]
    stage.lines.append(
        (
            name,
            _words(told(found.during, mix.BADGE, mix.BOX)),
            f"{quantile(panels, 0.95):.0f}, {quantile(found.before, 0.95):.0f}",
            _words(told(found.during, mix.FIRST)),
            _words(told(found.during, mix.LAUNCH)),
            ", ".join(f"{event} {n}" for event, n in sorted(found.audited.items()) if _bad(event)) or "as ever",
            f"{found.back_s:.1f}",
        )
    )
    print(f"\n{markdown(HEAD, stage.lines[-1:])}")
    return found


def _bad(event: str) -> bool:
    return event.endswith((".failed", ".refused", "audit.resumed"))


def _words(found: Counter[tuple[int, str]]) -> str:
    names = {CUT: "cut", REFUSED: "not taken"}
    words = ((names.get(status, str(status)), state, str(n)) for (status, state), n in found.most_common())
    return ", ".join(" ".join(filter(None, each)) for each in words)


@pytest.mark.parametrize(
    ("behaviour", "event"), [("killed", "core.failed"), ("slow", "core.failed"), ("garbage", "core.refused")]
)
def test_the_core_is_away_slow_or_talks_nonsense(stage: Stage, behaviour: str, event: str) -> None:
    core = stage.core
    begin, end = (
        (core.kill, core.start)
        if behaviour == "killed"
        else (lambda: core.behave(behaviour), lambda: core.behave("well"))
    )
    found = seen(stage, f"core: {behaviour}", begin, end)
    panels_go_on(found.during)
    firsts_are(found.during, "ready", "pending", "unavailable")  # ready: its answer was on its way
    assert found.audited[event]
    all_is_well(found.after)


def test_a_slow_core_takes_no_thread_from_what_is_in_memory(stage: Stage) -> None:
    """One request in six asks for what only the core knows; the others are answered as if nothing were.

    At half the rate: so many first looks fill two cores by themselves at the full one, without any fault.
    """
    core, turns = stage.core, {"turns": [*[mix.BADGE] * 5, "act"], "acts": [mix.FIRST]}
    slow = under_load(stage, lambda: core.behave("slow"), lambda: core.behave("well"), RATE / 2, fault_s=5.0, **turns)
    assert told(slow.during, mix.BADGE).keys() <= {(200, "ready"), (200, "stale")}
    badges = [each for each in slow.during if each.kind == mix.BADGE]
    assert quantile(badges, 0.95) < P95_MS


def test_redis_is_killed_and_comes_back(stage: Stage) -> None:
    found = seen(stage, "Redis: killed", stage.redis.kill, stage.redis.start)
    all_is_well(found.during)
    all_is_well(found.after)


def test_redis_hangs(stage: Stage) -> None:
    found = seen(stage, "Redis: hangs", stage.redis.pause, stage.redis.go_on)
    all_is_well(found.during)
    all_is_well(found.after)


@pytest.mark.parametrize("away", ["killed", "hanging"])
def test_the_database_is_away(stage: Stage, away: str) -> None:
    """What needs a row in the audit is refused, since there can be none; whoever balances the load is told."""
    store, told_ready = stage.store, list[int]()
    begin, back = (store.kill, store.start) if away == "killed" else (store.pause, store.go_on)

    def end() -> None:
        told_ready.extend(node.get("/readyz").status_code for node in stage.whole.nodes)
        back()

    found = seen(stage, f"database: {away}", begin, end)
    panels_go_on(found.during)
    refused_politely(found.during, mix.FIRST)
    assert told_ready == [503, 503]
    all_is_well(found.after)


@pytest.mark.parametrize("away", ["killed", "hanging", "throttling"])
def test_the_host_is_away(stage: Stage, away: str) -> None:
    crm, impostor = stage.whole.crm, list[Impostor]()

    def begin() -> None:
        if away == "hanging":
            crm.pause()
            return
        crm.kill()
        if away == "throttling":
            impostor.append(Impostor(crm.port, 429, {"Retry-After": str(RETRY_S)}))

    def end() -> None:
        if away == "hanging":
            crm.go_on()
            return
        for each in impostor:
            each.close()
        crm.start()

    found = seen(stage, f"host: {away}", begin, end)
    panels_go_on(found.during)
    firsts_are(found.during, "ready", "pending", "unavailable")
    assert found.audited["host.failed"]
    all_is_well(found.after)
    for each in impostor:
        print(f"asked {len(each.calls)} times in {FAULT_S:.0f} s")


def test_what_must_not_work_does_not_and_is_noted(stage: Stage) -> None:
    """While everybody else goes on; each is told what it may know, nobody a number, and the audit the reason."""
    told_of: dict[str, requests.Response] = {}
    lead, before = stage.whole.leads[0], stage.reasons()

    def tried() -> None:
        told_of.update({name: each.tried(stage.whole, lead) for name, each in MISUSES.items()})

    found = under_load(stage, tried, lambda: None, RATE, fault_s=2.0)
    noted = stage.reasons() - before
    for name, each in MISUSES.items():
        answer = told_of[name]
        assert (answer.status_code, each.words in answer.text) == (each.status, True), (name, answer.text)
        assert "of 100" not in answer.text, name
        assert not each.event or noted[each.event, each.reason], name
        audited = f"{each.event}: {each.reason}" if each.event else "nothing"
        stage.tried.append((name, str(each.status), each.words or "nothing", audited))
    assert stage.frames_that_tried() == [ELSEWHERE]
    all_is_well(found.after)


def test_a_server_process_is_killed(stage: Stage) -> None:
    """Only what was on its way in that process is lost, and another one takes its place."""
    node = stage.whole.nodes[0]
    [worker] = node.workers()
    found = seen(stage, "a server process: killed", lambda: os.kill(worker, signal.SIGKILL), lambda: None, fault_s=1.0)
    assert node.workers() != [worker]
    all_is_well(found.after)
