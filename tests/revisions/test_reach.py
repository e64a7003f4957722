"""What a page may say in a configuration, and what only a file on the machine may."""

from __future__ import annotations

import pytest

from app.errors import ConfigError
from app.revisions.reach import refuse_reach

BEFORE = """
[server]
bind = "127.0.0.1"
keys = ["file:/etc/inlay/key"]
[store]
url = "sqlite:///inlay.db"
[cores.main]
url = "https://core.example"
"""


@pytest.mark.parametrize(
    "line",
    [
        'api_keys = ["file:secrets/core_key"]',  # kept for us
        'api_keys = ["file:/etc/inlay/key"]',  # referred to already
    ],
)
def test_what_is_kept_for_us_or_known_may_be_said(line: str) -> None:
    refuse_reach(f"{BEFORE}{line}\n", BEFORE)


@pytest.mark.parametrize("reference", ["file:/etc/shadow", "env:PATH", "file:secrets/../key", "file:secrets//key"])
def test_other_files_and_variables_are_refused_by_their_setting(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"cores\.main\.api_keys\.0"):
        refuse_reach(f'{BEFORE}api_keys = ["{reference}"]\n', BEFORE)


@pytest.mark.parametrize(
    ("old", "new"), [("127.0.0.1", "0.0.0.0"), ('url = "sqlite:///inlay.db"', 'anchors = "/root/.profile"')]
)
def test_what_is_of_the_machine_stays(old: str, new: str) -> None:
    with pytest.raises(ConfigError, match="is not changed from a page"):
        refuse_reach(BEFORE.replace(old, new), BEFORE)


def test_what_is_no_toml_is_refused_by_those_who_read_it() -> None:
    refuse_reach("[server", BEFORE)
