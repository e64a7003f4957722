"""Attempts as rows: each step is taken once, from where it is; tries run out; what is over is wiped and forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Row

from app.db import Database, sign_ins
from app.db.sign_ins import Step

NOW = 1_000.0


def row(name: str = "one", **changes: Any) -> dict[str, Any]:
    return {
        "id": name, "connection": "acme", "challenge": f"challenge of {name}", "tab": "t", "step": Step.STARTED,
        "opener": "https://inlay.example.com", "component": "score-badge", "records": "[]", "secrets": b"sealed",
        "result": None, "code": None, "tries": 0, "created_at": NOW, "expires_at": NOW + 600,
    } | changes  # fmt: skip


def found(database: Database, name: str = "one") -> Row[Any]:
    kept = sign_ins.find(database, name)
    assert kept is not None
    return kept


@pytest.fixture
def begun(database: Database) -> Database:
    with database.begin() as conn:
        assert sign_ins.add(conn, row())
    return database


def test_a_challenge_is_one_attempts(begun: Database) -> None:
    with begun.begin() as conn:
        assert not sign_ins.add(conn, row("two", challenge="challenge of one"))
        assert sign_ins.add(conn, row("three"))
    assert sign_ins.find(begun, "two") is None
    assert getattr(sign_ins.of_challenge(begun, "challenge of three"), "id", "") == "three"
    assert sign_ins.of_challenge(begun, "nobody's") is None


def test_a_step_is_taken_from_where_it_is_and_once(begun: Database) -> None:
    seen = found(begun)
    with begun.begin() as conn:
        assert sign_ins.step(conn, seen, Step.ASKING)
        assert not sign_ins.step(conn, seen, Step.ASKING)
    assert found(begun).step == Step.ASKING


@pytest.mark.parametrize("end", [Step.DONE, Step.FAILED])
def test_what_is_over_holds_nothing(begun: Database, end: Step) -> None:
    with begun.begin() as conn:
        assert sign_ins.step(conn, found(begun), Step.CONNECTED, result=b"sealed", code="c")
    with begun.begin() as conn:
        assert sign_ins.step(conn, found(begun), end)
    over = found(begun)
    assert (over.secrets, over.result, over.code) == (None, None, None)


def test_tries_run_out_and_are_of_one_code(begun: Database) -> None:
    with begun.begin() as conn:
        sign_ins.step(conn, found(begun), Step.CONNECTED, code="c")
    old = found(begun)
    with begun.begin() as conn:
        assert [sign_ins.spend_try(conn, old, 2) for _ in range(3)] == [True, True, False]
        sign_ins.step(conn, old, Step.CONNECTED, code="d", tries=0)
        assert not sign_ins.spend_try(conn, old, 2)
    with begun.begin() as conn:
        assert sign_ins.spend_try(conn, found(begun), 2)


def test_late_attempts_are_forgotten_and_their_tokens_named(begun: Database) -> None:
    with begun.begin() as conn:
        sign_ins.add(conn, row("unfetched", expires_at=NOW + 120, result=b"sealed"))
        sign_ins.add(conn, row("left", expires_at=NOW + 120))
        assert [each.id for each in sign_ins.prune(conn, NOW + 121)] == ["unfetched"]
    assert sign_ins.find(begun, "unfetched") is None
    assert sign_ins.find(begun, "left") is None
    assert found(begun).step == Step.STARTED
