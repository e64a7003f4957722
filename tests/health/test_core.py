"""What `inlay check` finds of cores: each key by itself, the token, the certificate's end, the model's version."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from app.health import cores
from app.health.findings import Finding, Watch
from app.metrics import Metrics
from app.net.door import Request, Response
from tests.core.mapping import MLFLOW, OIP, settings_of
from tests.core.test_credentials import OAUTH, Authority

NOW = 1_796_000_000.0


class Outside:
    """Answers as a test says, by key or by the end of the address."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.bodies: dict[str, Any] = {}
        self.statuses: dict[str, int] = {}

    def call(self, request: Request) -> Response:
        for end, status in self.statuses.items():
            if request.url.endswith(end):
                return Response(status, {}, b"{}")
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body = next((each for end, each in self.bodies.items() if request.url.endswith(end)), b"{}")
        return Response(self.keys.get(key, 200), {}, body)


def found(folder: Path, core: str, outside: Any) -> list[Finding]:
    for name in ("new", "old"):
        (folder / name).write_text(name)
        (folder / name).chmod(0o600)
    settings = settings_of(folder, core, "https://core.example")
    return [
        each for each in cores(settings, Watch(outside, lambda: NOW), Metrics(), lambda: NOW) if "lead" in each.where
    ]


def lines(findings: list[Finding]) -> str:
    return "\n".join(map(str, findings))


def test_each_key_is_tried_by_itself(tmp_path: Path) -> None:
    text, outside = MLFLOW + '\nauth = "api-key"\napi_keys = ["file:new", "file:old"]', Outside()
    assert {each.level for each in found(tmp_path, text, outside)} == {"ok"}
    outside.keys = {"old": 401}
    said = lines(found(tmp_path, text, outside))
    assert "note    core lead: refuses the key file:old (401). Another works meanwhile" in said
    outside.keys = {"old": 401, "new": 403}
    both = found(tmp_path, text, outside)
    assert [each.level for each in both] == ["problem", "problem"]
    assert "Mend api_keys" in both[0].mend


def test_a_token_that_is_not_to_be_had(tmp_path: Path) -> None:
    outside = Outside()
    outside.statuses["/token"] = 400
    [away] = found(tmp_path, MLFLOW + OAUTH, outside)
    assert (away.level, "gets no token" in away.what, "client_secret" in away.mend) == ("problem", True, True)
    outside = Outside()
    outside.bodies["/token"] = b'{"access_token": "t", "token_type": "bearer"}'
    assert "inlay gets its token" in lines(found(tmp_path, MLFLOW + OAUTH, outside))


@pytest.mark.parametrize(("days", "level"), [(30, "ok"), (3, "note"), (-1, "problem")])
def test_when_our_certificate_ends(tmp_path: Path, days: int, level: str) -> None:
    certificate, key = Authority(tmp_path, "authority").issue("inlay")
    text = MLFLOW + f'\nclient_certificate = "{certificate}"\nclient_key = "{key}"'
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=60)
    now = (ends - datetime.timedelta(days=days)).timestamp()
    settings = settings_of(tmp_path, text, "https://127.0.0.1:1")
    first, second, *_ = cores(settings, Watch(Outside(), lambda: now), Metrics(), lambda: now)
    assert (first.level, "certificate end" in first.what) == (level, True)
    assert second.level == "problem"


def test_the_version_of_a_mapped_model_is_read_and_nobody_is_scored(tmp_path: Path) -> None:
    outside = Outside()
    outside.bodies["/v2/models/lead"] = b'{"name": "lead", "versions": ["7"]}'
    said = found(tmp_path, OIP, outside)
    assert [each.level for each in said] == ["ok", "ok"]
    assert "has lead, version 7, for lead_score, by map open-inference" in said[1].what
    assert "inlay core try lead_score" in said[1].mend
    outside.statuses["/v2/models/lead"] = 404
    assert "does not say the version of lead" in lines(found(tmp_path, OIP, outside))


def test_a_core_that_wants_to_know_who_we_are(tmp_path: Path) -> None:
    outside = Outside()
    outside.statuses["/ping"] = 401
    [wants] = found(tmp_path, MLFLOW, outside)
    assert "set auth" in wants.mend
