"""Sign-ins under a crowd: whatever comes at the same moment, each step is taken once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.errors import InlayError, SignInOver
from app.launch import Record
from app.session.signin import TRIES, Asked, Started
from tests.routes._window import Stage
from tests.routes._window import stage as make_stage
from tests.world import LEAD

CROWD = 8


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with make_stage(tmp_path) as made:
        yield made


def crowd(act: Callable[[int], Any]) -> Counter[str]:
    """How often each thing came of it."""

    def one(number: int) -> str:
        try:
            act(number)
        except InlayError as error:
            return error.reason
        return "done"

    with ThreadPoolExecutor(CROWD) as pool:
        return Counter(pool.map(one, range(CROWD)))


def test_an_answer_of_the_host_is_taken_by_one(stage: Stage) -> None:
    window = stage.window()
    window.start()
    sign_ins, connection = stage.world.parts.sign_ins, stage.world.parts.connections.get("oidc")
    came = crowd(lambda _: sign_ins.finish(connection, window.state, window.tab, "code-1", ""))
    assert came == {"done": 1, "state-used": CROWD - 1}
    assert sum(request.url.endswith("/token") for request in stage.there.asked) == 1


def test_a_code_is_redeemed_by_one(stage: Stage) -> None:
    window = stage.window()
    code = window.agreed()
    sign_ins, connection = stage.world.parts.sign_ins, stage.world.parts.connections.get("oidc")
    came = crowd(lambda _: sign_ins.redeem(connection, code, window.verifier))
    assert came["done"] == 1
    assert stage.count("sessions") == stage.count("identities") == 1


def test_guesses_at_the_same_moment_count_too(stage: Stage) -> None:
    window = stage.window()
    right = window.agreed("digits")
    sign_ins, connection = stage.world.parts.sign_ins, stage.world.parts.connections.get("oidc")
    wrong = [f"{(int(right) + 1 + n) % 10**6:06}" for n in range(CROWD)]
    came = crowd(lambda n: sign_ins.redeem(connection, wrong[n], window.verifier))
    assert came == {"code-wrong": TRIES, "tries-spent": CROWD - TRIES}
    with pytest.raises(SignInOver):
        sign_ins.redeem(connection, right, window.verifier)


def test_a_crash_while_the_session_opens_leaves_neither_it_nor_the_tokens(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = stage.window()
    code = window.agreed()
    write = stage.world.parts.audit.write

    def dying(event: str, **more: Any) -> None:
        if event == "signin.completed":
            raise KeyboardInterrupt
        write(event, **more)

    monkeypatch.setattr(stage.world.parts.audit, "write", dying)
    connection = stage.world.parts.connections.get("oidc")
    with pytest.raises(KeyboardInterrupt):
        stage.world.parts.sign_ins.redeem(connection, code, window.verifier)
    assert stage.count("sessions") == stage.count("identities") == 0
    monkeypatch.undo()
    assert window.redeem(code).status_code == 200  # the viewer's frame asks again


def test_a_host_is_not_asked_twice_at_a_time_for_more_than_its_permits(stage: Stage) -> None:
    """Every start is an attempt of its own: none waits for another's."""
    sign_ins, connection = stage.world.parts.sign_ins, stage.world.parts.connections.get("oidc")
    asked = [Asked(f"{n:043}", "score-badge", (Record.parse(LEAD),), "https://inlay.example.com") for n in range(CROWD)]
    assert crowd(lambda n: sign_ins.start(connection, asked[n])) == {"done": CROWD}
    assert stage.count("sign_ins") == CROWD


def test_secrets_do_not_show() -> None:
    assert "secret" not in repr(Started("state", "a secret", "https://idp.example"))
