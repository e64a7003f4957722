"""The twins of our addresses answer as ours do, for stories only: no token of theirs is one of ours."""

from __future__ import annotations

import base64
import json
import re
import zlib

import pytest
from flask.testing import FlaskClient

from app.cli.preview import application
from app.preview.scene import Scene
from app.routes import preview_wire
from tests.components.site import own_book
from tests.world import World

WIRE = preview_wire.blueprint.url_prefix


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return application(own_book()).test_client()


def bearer(scene: Scene, began: float = 2e9) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.token(began)}"}


def test_a_panel_polls_and_is_told_that_nothing_changed(client: FlaskClient) -> None:
    page = client.get("/preview/frame/score-badge/ready").text
    launch = json.loads(re.findall(r'id="inlay-launch">(.*?)</script>', page)[0])
    headers = {"Authorization": f"Bearer {launch['token']}", "If-None-Match": launch["etag"]}
    address = f"{WIRE}/components/score-badge?record={launch['record']}"
    assert client.get(address, headers=headers).status_code == 304
    fresh = client.get(address, headers=headers | {"If-None-Match": ""})
    assert (fresh.status_code, fresh.headers["Inlay-State"], fresh.headers["ETag"]) == (200, "ready", launch["etag"])


def test_an_element_opens_a_session_and_asks_for_many(client: FlaskClient) -> None:
    proof = Scene("score-badge", "medium").token(2e9)
    opened = client.post(
        f"{WIRE}/session", data={"subject_token": proof, "component": "score-badge", "records": "Lead/1"}
    )
    body = opened.get_json()
    assert body["fragments"][0]["record"] == "Lead/1"
    assert "score-badge" in body["styles"]
    items = {
        "token": body["access_token"],
        "item": ["score-badge Lead/1 -", "score-card Lead/2 -"],
        "style": "score-card",
    }
    batch = client.post(f"{WIRE}/components:batch", data=items).get_json()
    assert [each["component"] for each in batch["fragments"]] == ["score-badge", "score-card"]
    assert client.post(f"{WIRE}/session/renew", data={"token": proof}).get_json()["token_type"] == "Bearer"


def test_a_verdict_is_answered_with_the_state_that_follows_and_a_poll_finds_it_there(client: FlaskClient) -> None:
    said = {"token": Scene("score-card", "ready").token(2e9), "record": "Lead/00Q1", "decision": "d1", "item": "score"}
    [answer] = client.post(f"{WIRE}/reviews", data=said | {"verdict": "accept", "version": "0"}).get_json()["fragments"]
    assert "Accepted by you" in answer["html"]
    headers = {"Authorization": f"Bearer {said['token']}", "If-None-Match": answer["etag"]}
    assert client.get(f"{WIRE}/components/score-card?record=Lead/00Q1", headers=headers).status_code == 304
    decision = re.findall(r'data-decision="([^"]+)"', answer["html"])[-1]
    undo = said | {"verdict": "undo", "version": "1", "decision": decision}
    [answer] = client.post(f"{WIRE}/reviews", data=undo).get_json()["fragments"]
    assert "Accepted by" not in answer["html"]


def test_many_verdicts_are_answered_each_and_as_a_list(client: FlaskClient) -> None:
    token, records = Scene("review-list", "ready").token(2e9), ("Lead/00QAB000000004", "Lead/00QAB000000005")
    data = {"token": token, "component": "review-list", "review": [f"accept {each} d 0" for each in records]}
    answer = client.post(f"{WIRE}/reviews", data=data).get_json()
    assert [(each["record"], each["status"]) for each in answer["results"]] == [(each, 200) for each in records]
    assert [answer["fragments"][0]["html"].count(f'data-row="{each}"') for each in records] == [1, 1]


def test_a_thumb_and_an_answer_have_their_twins(client: FlaskClient) -> None:
    token = Scene("score-card", "asked").token(2e9)
    up = client.post(f"{WIRE}/thumbs", data={"token": token, "thumb": "up", "decision": "d1"})
    assert 'aria-pressed="true"' in up.get_json()["fragments"][0]["html"]
    four = client.post(f"{WIRE}/satisfaction", data={"token": token, "answer": "4"})
    assert "Thank you" in four.get_json()["fragments"][0]["html"]


def test_an_answer_forgets_nothing_that_was_said_before(client: FlaskClient) -> None:
    data = {"token": Scene("score-card", "asked").token(2e9), "component": "score-card", "record": "Lead/00Q1"}
    [up] = client.post(f"{WIRE}/thumbs", data=data | {"thumb": "up", "decision": "d1"}).get_json()["fragments"]
    assert up["html"].count('aria-pressed="true"') == 1
    [(_, decision)] = set(re.findall(r'data-to="(satisfaction)" data-decision="([^"]+)"', up["html"]))
    answer = {"answer": "4", "decision": decision}
    [four] = client.post(f"{WIRE}/satisfaction", data=data | answer).get_json()["fragments"]
    assert "Thank you" in four["html"]
    assert four["html"].count('aria-pressed="true"') == 1


def test_no_twin_takes_what_is_not_to_be_said(client: FlaskClient) -> None:
    token = Scene("score-card", "asked").token(2e9)
    for path, data in (("reviews", {"verdict": "x"}), ("reviews", {"review": "x"}), ("thumbs", {"thumb": "x"})):
        assert client.post(f"{WIRE}/{path}", data={"token": token, **data}).status_code == 400


@pytest.mark.parametrize(("net", "status"), [("401", 401), ("403", 403), ("429", 429), ("500", 500), ("503", 503)])
def test_weather_is_a_real_answer(client: FlaskClient, net: str, status: int) -> None:
    scene = Scene("score-badge", "ready", net=net)
    answer = client.get(f"{WIRE}/components/score-badge", headers=bearer(scene))
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert ("Retry-After" in answer.headers) == (net in ("429", "503"))


@pytest.mark.parametrize("value", ["NaN", "1e999", "-1", "[]", "null"])
def test_what_nobody_said_never_breaks_a_panel(client: FlaskClient, value: str) -> None:
    plain = f'[{{"word": "override", "at": 1, "reason": "other", "value": {value}}}]'
    known = {"If-None-Match": f'"x~{base64.urlsafe_b64encode(zlib.compress(plain.encode())).decode()}"'}
    asked = bearer(Scene("score-card", "ready")) | known
    assert client.get(f"{WIRE}/components/score-card", headers=asked).status_code in (200, 400)


def test_garbage_is_refused(client: FlaskClient) -> None:
    assert client.get(f"{WIRE}/components/score-badge").status_code == 401
    assert client.get(f"{WIRE}/components/score-badge", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_previews_token_opens_nothing_of_ours(shared: World) -> None:
    answer = shared.client.get("/components/score-badge?record=Lead/1", headers=bearer(Scene("score-badge", "ready")))
    assert answer.status_code == 401
