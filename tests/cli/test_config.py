"""What commands share: errors as sentences and exit codes."""

from __future__ import annotations

import pytest

from app.cli._config import named, opened, words
from app.errors import ConfigError, Problem, StoreUnavailable
from tests.world import World


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConfigError([Problem("a", "is wrong.", "Mend it."), Problem("b", "too.", "")]), 2, "a: is wrong. Mend it."),
        (StoreUnavailable(reason="store-away"), 1, "(store-away)"),
        (StoreUnavailable(reason="store-OperationalError"), 1, "says: inlay check"),  # there is none yet
    ],
)
def test_errors_are_lines(error: Exception, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, words():
        raise error
    assert end.value.code == code
    assert says in capsys.readouterr().err


def test_a_connection_is_found_by_its_name(shared: World) -> None:
    assert named(shared.settings, "acme").name == "acme"
    with pytest.raises(ConfigError):
        named(shared.settings, "acne")


def test_the_database_is_closed_in_the_end(shared: World) -> None:
    with opened(shared.settings) as database, database.read() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar_one() == 1
    assert database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
