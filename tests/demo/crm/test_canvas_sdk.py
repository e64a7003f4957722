"""The official Canvas JS SDK, unmodified, inside our record page: the parent speaks its wire protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from app.demo.crm import signed
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk
from tests.demo.crm.browser import StandIn, crm_on_a_port
from tests.demo.crm.test_signed import contents
from tests.npm import package

pytestmark = pytest.mark.browser
CLIENT = "Sfdc.canvas.client"


@pytest.fixture(scope="session")
def sdk() -> str:
    """The SDK's text."""
    return package("@salesforce/canvas-js-sdk").joinpath("js/canvas-all.js").read_text("utf-8")


class Stage:
    """A record page with two canvases."""

    def __init__(self, page: Page, desk: Desk, stand_in: StandIn) -> None:
        self.page, self.desk, self.stand_in = page, desk, stand_in
        self.lead = next(iter(desk.leads.table.rows))

    def frame(self, component: str) -> Frame:
        name = f"canvas-frame-{signed.instance_id(component)}"
        frame = self.page.frame(name=name)
        assert frame is not None
        frame.wait_for_url("**/launch/**")
        frame.wait_for_function("() => window.sr")
        return frame

    def box(self, component: str) -> Any:
        return self.page.locator(f".frame-{component} iframe")


@pytest.fixture
def stage(chromium: Browser, config: CrmConfig, sdk: str) -> Iterator[Stage]:
    stand_in = StandIn(sdk)
    with crm_on_a_port(config, stand_in) as desk:
        page = chromium.new_page()
        page.goto(f"{desk.config.origin}/lead/LK-00001")
        yield Stage(page, desk, stand_in)
        page.close()


def test_frames_are_named_as_the_sdk_reads_them(stage: Stage) -> None:
    frame = stage.frame("score-card")
    assert frame.evaluate("window.name") == "canvas-frame-" + frame.evaluate("sr.client.instanceId")


def test_ctx_answers_the_context(stage: Stage) -> None:
    answer = stage.frame("score-card").evaluate(f"new Promise(done => {CLIENT}.ctx(done, sr.client))")
    assert answer["status"] == 200
    assert answer["payload"]["user"]["fullName"] == "Dana Park"
    assert answer["payload"]["environment"]["parameters"]["recordId"] == stage.lead


def test_resize_by_size_and_by_content(stage: Stage) -> None:
    frame = stage.frame("score-card")
    frame.evaluate(f'{CLIENT}.resize(sr.client, {{height: "333px", width: "9px"}})')
    expect(stage.box("score-card")).to_have_css("height", "333px")
    frame.evaluate(f'content.style.height = "700px"; {CLIENT}.resize(sr.client)')
    expect(stage.box("score-card")).not_to_have_css("height", "333px")
    frame.evaluate(f'{CLIENT}.resize(sr.client, {{height: "99999px"}})')
    expect(stage.box("score-card")).to_have_css("height", "2000px")


def test_autogrow_follows_the_content(stage: Stage) -> None:
    frame = stage.frame("score-badge")
    frame.evaluate(f'{CLIENT}.autogrow(sr.client, true, 20); content.style.height = "300px"')
    stage.page.wait_for_function(
        "() => parseFloat(document.querySelector('.frame-score-badge iframe').style.blockSize) >= 300"
    )
    frame.evaluate(f"{CLIENT}.autogrow(sr.client, false)")


def test_events_reach_those_who_subscribed_until_they_unsubscribe(stage: Stage) -> None:
    badge, card = stage.frame("score-badge"), stage.frame("score-card")
    badge.evaluate(
        f"""window.got = [];
        {CLIENT}.subscribe(sr.client, {{name: "demo.hello", onData: data => got.push(data)}});
        {CLIENT}.subscribe(sr.client, {{name: "demo.end", onData: data => got.push(data)}})"""
    )
    publish = f"(value) => {CLIENT}.publish(sr.client, {{name: 'demo.hello', payload: value}})"
    card.evaluate(publish, {"n": 1})
    badge.wait_for_function("() => got.length === 1")
    badge.evaluate(f'{CLIENT}.unsubscribe(sr.client, "demo.hello")')
    # the same window's messages arrive in order, so what comes after the second publish is the end
    stage.page.wait_for_function(
        "() => document.querySelector('[data-log]').textContent.includes('canvas unsubscribe')"
    )
    card.evaluate(publish, {"n": 2})
    card.evaluate(f"{CLIENT}.publish(sr.client, {{name: 'demo.end', payload: 'end'}})")
    badge.wait_for_function("() => got.includes('end')")
    assert badge.evaluate("got") == [{"n": 1}, "end"]


def test_refresh_answers_a_fresh_signed_request(stage: Stage) -> None:
    frame = stage.frame("score-badge")
    answer = frame.evaluate(f"new Promise(done => {CLIENT}.refreshSignedRequest(done))")
    text = answer["payload"]["response"]
    assert signed.sign(contents(text), stage.desk.consumer_secret) == text
    assert text not in [proof for _, proof in stage.stand_in.launches]
    assert contents(text)["client"]["instanceId"] == signed.instance_id("score-badge")  # type: ignore[index]


def test_repost_posts_a_fresh_signed_request_into_the_same_frame(stage: Stage) -> None:
    stage.frame("score-card").evaluate(f"window.old = true; {CLIENT}.repost(true)")
    stage.frame("score-card").wait_for_function("() => !window.old && window.sr")
    proofs = [proof for component, proof in stage.stand_in.launches if component == "score-card"]
    assert len(proofs) == len(set(proofs)) == 2


def test_ajax_reads_this_crm_and_nothing_else(stage: Stage) -> None:
    call = (
        "(given) => new Promise(done => Sfdc.canvas.client.ajax(given.url,"
        " {client: sr.client, method: given.method, success: done}))"
    )
    frame, record = (
        stage.frame("score-card"),
        f"/services/data/v68.0/ui-api/records/{stage.lead}?fields=Lead.Name",
    )
    good = frame.evaluate(call, {"url": record, "method": "GET"})
    assert good["status"] == 200
    assert good["payload"]["fields"]["Name"]["value"] == "Jürgen Groß-Überacker"
    for given in (
        {"url": record, "method": "PATCH"},
        {"url": "/lead/LK-00001", "method": "GET"},
        {"url": "https://evil.example/services/data/x", "method": "GET"},
    ):
        assert frame.evaluate(call, given)["status"] == 403


def test_other_windows_are_not_listened_to(stage: Stage) -> None:
    stage.frame("score-card")
    launches = len(stage.stand_in.launches)
    body = {"type": "repost", "config": {"client": {"instanceId": signed.instance_id("score-card")}}}
    message = json.dumps({"seq": 1, "src": "client", "targetModule": "Canvas", "body": body})
    stage.page.evaluate("(text) => window.postMessage(text, '*')", message)
    answer = stage.frame("score-card").evaluate(f"new Promise(done => {CLIENT}.ctx(done, sr.client))")
    assert answer["status"] == 200  # later messages were handled, so the forged one was too: by nobody
    assert len(stage.stand_in.launches) == launches
