"""What nobody could be asked about is never said to be checked."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from scripts import advisories

EDITABLE = {"name": "inlay", "skip_reason": "distribution marked as editable"}
CLEAN = {"dependencies": [{"name": "flask", "version": "3.1", "vulns": []}, EDITABLE]}
BAD = {"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}
LEFT_OUT = {"dependencies": [{"name": "flask", "skip_reason": "Dependency not found on PyPI: flask (3.1)"}]}


@pytest.mark.parametrize(
    ("known", "said", "code", "words"),
    [
        (BAD, CLEAN, 0, "nothing is known"),
        (BAD, BAD, 1, "x 1: PYSEC-1, mended in 2"),
        (BAD, LEFT_OUT, 2, "NOT CHECKED"),  # a mirror without advisories: to pip-audit that is no failure
        (LEFT_OUT, CLEAN, 2, "NOT CHECKED"),
        (CLEAN, CLEAN, 2, "NOT CHECKED"),  # it knows nothing even of what everybody knows
        ([], CLEAN, 2, "NOT CHECKED"),
        (BAD, "", 2, "NOT CHECKED"),
    ],
)
@pytest.mark.parametrize("lenient", [True, False])
def test_what_it_says(
    capsys: pytest.CaptureFixture[str], known: object, said: object, code: int, words: str, lenient: bool
) -> None:
    def ask(arguments: Sequence[str]) -> list[str] | None:
        return advisories.told(json.dumps(known if "--requirement" in arguments else said))

    expected = 0 if lenient and code == 2 else code
    assert advisories.main(["--where-reachable"] if lenient else [], ask) == expected
    err = capsys.readouterr().err
    assert words in err
    assert ("nothing is known" in err) == (code == 0)
