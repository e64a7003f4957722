"""The stage of this room's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review.write_back.stage import Stage
from tests.review.write_back.stage import stage as make_stage


@pytest.fixture
def stage(tmp_path: Path, secrets: Path) -> Iterator[Stage]:
    with make_stage(tmp_path, secrets) as made:
        yield made
