"""The shipped maps are whole, and what is configured otherwise takes its part's place; mistakes have their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Settings
from app.config.expressions import compiled
from app.core import maps
from app.core.maps import ANALYSIS, SCORE, map_of, names, question, shipped
from app.errors import ConfigError
from tests.core import mapping
from tests.core.mapping import MLFLOW, OIP, OPENAI, SUBJECTS, settings_of

OWN = 'map = "own"\nmodel = "x"\nmodel_version = "1"\npath = "/p"\nrequest = "rows"\nresponse = "@"'


def problems(folder: Path, core: str, reviewer: str = "main") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        maps.checked(settings_of(folder, core, reviewer=reviewer))
    return [str(each) for each in refused.value.problems]


def test_three_maps_are_shipped_and_compile() -> None:
    assert names() == ("mlflow", "open-inference", "openai")
    assert {name: tuple(shipped(name)) for name in names()} == {
        "mlflow": (SCORE,),
        "open-inference": (SCORE,),
        "openai": (SCORE, ANALYSIS),
    }


def test_a_part_that_is_configured_takes_the_shipped_ones_place(tmp_path: Path) -> None:
    core = settings_of(tmp_path, MLFLOW + '\nresponse = "scores"\nbatch = 7\nmeaning = "index"').cores["lead"]
    known = map_of(core, SCORE)
    assert known is not None
    assert (known.response, known.batch, known.meaning) == (compiled("scores"), 7, "index")
    assert known.request == shipped("mlflow")[SCORE].request
    assert known.fingerprint != shipped("mlflow")[SCORE].fingerprint
    assert map_of(settings_of(tmp_path, "").cores["lead"], SCORE) is None


@pytest.mark.parametrize(
    ("core", "says"),
    [
        ('map = "mlflow"\nmodel_version = "1"', "cores.lead.map: mlflow needs model."),
        ('map = "mlflow"\nmodel = "lead"', "nothing says the model's version"),
        ('map = "own"\nmodel = "lead"\nmodel_version = "1"', "own needs path"),
        (MLFLOW + '\nresponse = "a.[b"', "inlay.toml:12: cores.lead.response: is no JMESPath expression, from sign 5"),
        (MLFLOW + '\nresponse = "nope(@)"', "calls nope, which is no function"),
        ('response = "@"', "is of a map, and none is named"),
        (MLFLOW + "\nfeedback = true", "is told by our own protocol"),
        (OWN + '\nversion_path = "/v"', "version_path and version_at go together"),
        (MLFLOW + '\npath = "invocations"', "is not allowed here"),
        ('auth = "oauth"', "oauth needs all that a token is got with"),
        ('client_id = "x"', "says how a token is got, and not to get one"),
        ('api_key_header = "X-Key"', "is set without keys"),
        ('client_certificate = "key"', "is set without client_key"),
        ('auth = "api-key"', "auth and api_keys do not agree"),
    ],
)
def test_what_does_not_hold_is_told_with_its_mend(tmp_path: Path, core: str, says: str) -> None:
    assert any(says in each for each in problems(tmp_path, core)), problems(tmp_path, core)


def test_a_map_without_the_kind_that_is_asked_is_refused_before_anybody_looks(tmp_path: Path) -> None:
    [said] = problems(tmp_path, MLFLOW, reviewer="lead")
    assert "map 'mlflow' has no analysis, which capability contract_review is" in said
    maps.checked(settings_of(tmp_path, OPENAI, reviewer="lead"))


def test_other_users_must_not_read_the_private_key(tmp_path: Path) -> None:
    for name in ("cert.pem", "open.pem"):
        (tmp_path / name).write_text("x")
    (tmp_path / "open.pem").chmod(0o644)
    [said] = problems(tmp_path, 'client_certificate = "cert.pem"\nclient_key = "open.pem"')
    assert "chmod 600" in said


def test_what_a_request_is_made_of(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, OIP)
    known = map_of(settings.cores["lead"], SCORE)
    assert known is not None
    rows = [{"activity": 3, "company_size": float("nan")}, {"company_size": "many"}, {}]
    items = list(zip(SUBJECTS, rows, strict=False))
    made = question(settings.cores["lead"], known, "lead_score", ("activity", "company_size"), items, "panel")
    assert made["rows"] == [[3, None], [None, "many"], [None, None]]
    assert made["features"][1] == {"activity": None, "company_size": "many"}
    assert made["columns"] == [
        {"name": "activity", "datatype": "FP64", "shape": [3, 1], "data": [3, None, None]},
        {"name": "company_size", "datatype": "BYTES", "shape": [3, 1], "data": ["", "many", ""]},
    ]
    assert (made["shape"], made["fields"], made["model"]) == ([3, 2], ["activity", "company_size"], "lead")


@pytest.mark.parametrize(
    ("canary", "says"),
    [
        ('canary = "next"', "canary: is set without canary_percent"),
        ("canary_percent = 5", "canary_percent: is set without canary"),
        ('canary = "nope"\ncanary_percent = 5', "there is no core nope"),
        ('canary = "lead"\ncanary_percent = 5', "is the core that answers anyway"),
        ('canary = "next"\ncanary_percent = 101', "out of range"),
    ],
)
def test_a_canary_that_cannot_be_is_told(tmp_path: Path, canary: str, says: str) -> None:
    text = mapping.BASE.replace('core = "lead"\n', f'core = "lead"\n{canary}\n', 1)
    key = tmp_path / "key"
    key.write_text("0" * 32)
    key.chmod(0o600)
    with pytest.raises(ConfigError) as refused:
        Settings.parse(text.format(url="http://127.0.0.1:1", core="", reviewer="main"), "inlay.toml", tmp_path)
    assert any(says in str(each) for each in refused.value.problems), refused.value.problems
