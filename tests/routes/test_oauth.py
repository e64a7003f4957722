"""The window in which viewers sign in: the whole road, and everybody who tries to be on it and must not be."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.db import sign_ins
from app.errors import ConnectFailed, RateLimited, TimedOut
from app.routes.oauth import STARTS
from app.session.revoking import revoke
from app.session.signin import ATTEMPT_S, CODE_S, TRIES
from app.web.echoes import Echoes
from tests.hosts._proofs import PAGES
from tests.routes._window import Stage, Window, code_of, digits, words
from tests.routes._window import stage as make_stage
from tests.world import LEAD

EVIL = "https://evil.example"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with make_stage(tmp_path) as made:
        yield made


def refused(stage: Stage, page: Any, code: str, reason: str) -> None:
    """A plain page that says what to do; the reason is the admin's only; nobody has a session."""
    assert (page.status_code, code_of(page)) == (403, code)
    assert reason not in page.text
    row = stage.world.audited("signin.refused")[-1]
    assert (row["reason"], row["reference"] in page.text) == (reason, True)
    assert stage.count("sessions") == stage.count("identities") == 0


def asked_for_tokens(stage: Stage) -> int:
    return sum(request.url.endswith("/token") for request in stage.there.asked)


# --- the road ---


def test_a_click_becomes_a_session_that_shows_the_record(stage: Stage) -> None:
    window = stage.window()
    answer = window.redeem(window.agreed())
    assert answer.status_code == 200, answer.text
    assert [each["state"] for each in answer.json["fragments"]] == ["ready"]
    assert stage.world.badge(answer.json["access_token"]).status_code == 200
    trail = ["signin.started", "signin.answered", "signin.connected", "session.opened", "signin.completed"]
    viewers = [stage.world.audited(event)[0]["viewer"] for event in trail]
    assert viewers == [None, *["248289761001"] * 4]
    assert stage.count("identities") == 1
    kept = stage.world.parts.sessions.load(answer.json["access_token"])
    assert (kept.mode, kept.component, [str(record) for record in kept.records]) == ("frame", "score-badge", [LEAD])
    assert not kept.attested_record


def test_every_page_stands_alone_keeps_no_cookie_and_says_nothing_to_others(stage: Stage) -> None:
    window = stage.window()
    pages = [
        window.start(),
        stage.world.client.get(f"{window.path}/callback?state={window.state}&code=x"),
        window.callback(),
        window.connect("code"),
        window.connect("digits"),
        window.callback(),
        stage.world.client.get("/oauth/nobody/start"),
    ]
    for page in pages:
        policy = dict(each.partition(" ")[::2] for each in page.headers["Content-Security-Policy"].split("; "))
        assert policy["frame-ancestors"] == policy["default-src"] == policy["base-uri"] == "'none'"
        assert (policy["form-action"], policy["trusted-types"]) == ("'self'", "'none'")
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert {f"'nonce-{nonce}'" for nonce in re.findall(r'nonce="([^"]+)"', page.text)} == {policy["script-src"]}
        assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
        assert "Set-Cookie" not in page.headers
        assert "style=" not in page.text
        assert "Location" not in page.headers


def test_the_viewer_sees_whom_and_what_is_connected_before_anything_is(stage: Stage) -> None:
    window = stage.window()
    window.start()
    page = window.callback()
    assert "Zoë Müller" in page.text
    assert urlsplit(stage.there.connection.issuer).hostname in page.text
    assert stage.count("sessions") == stage.count("identities") == 0
    assert not re.search(r'"code":', page.text)


def test_markup_in_a_name_is_text(stage: Stage) -> None:
    stage.there.claims["name"] = "<img src=x onerror=alert(1)>"
    window = stage.window()
    window.start()
    page = window.callback()
    assert "<img" not in page.text
    assert "&lt;img src=x" in page.text


def test_the_answer_of_a_host_is_untrusted_text_too(stage: Stage) -> None:
    page = stage.world.client.get("/oauth/oidc/callback", query_string={"state": '"><script>', "code": "</script>"})
    assert page.text.count("<script") == 2
    assert '"><script>' not in page.text


def test_german(stage: Stage) -> None:
    page = stage.world.client.get("/oauth/oidc/callback?state=x", headers={"Accept-Language": "de-AT"})
    assert "Ihre Anmeldung wird geprüft" in page.text


# --- the code ---


def test_digits_open_the_same_session_and_are_good_once(stage: Stage) -> None:
    window = stage.window()
    typed = window.agreed("digits")
    assert window.redeem(typed).status_code == 200
    again = window.redeem(typed)
    assert (again.status_code, again.json["error"], again.json["code"]) == (400, "invalid_grant", "sign-in-over")
    assert stage.reasons() == ["code-used"]
    assert stage.count("sessions") == 1


def test_digits_can_be_guessed_three_times(stage: Stage) -> None:
    window = stage.window()
    right = window.agreed("digits")
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(TRIES):
        assert window.redeem(wrong).json["code"] == "code-wrong"
    assert window.redeem(right).json["code"] == "sign-in-over"
    assert stage.reasons() == ["code-wrong", "tries-spent"]
    assert stage.count("sessions") == 0


def test_new_digits_end_the_old_ones(stage: Stage) -> None:
    window = stage.window()
    old = window.agreed("digits")
    new = digits(window.connect("digits"))
    assert old == new or window.redeem(old).json["code"] == "code-wrong"
    assert window.redeem(new).status_code == 200


def test_a_code_lives_two_minutes(stage: Stage) -> None:
    window = stage.window()
    code = window.agreed()
    stage.world.clock.now += CODE_S
    assert window.redeem(code).json["code"] == "sign-in-over"
    assert stage.reasons() == ["code-expired"]


def test_a_code_is_worth_nothing_without_the_frames_secret(stage: Stage) -> None:
    """Whoever sees a window's messages, or reads digits over a shoulder, has half of what is needed."""
    victim, thief = stage.window(), stage.window()
    code = victim.agreed()
    thief.agreed()
    for verifier in (thief.verifier, "x" * 43, "", "ü" * 43, "x" * 5000, victim.challenge):
        stolen = victim.redeem(code, code_verifier=verifier)
        assert stolen.json["code"] in {"code-wrong", "sign-in-over"}
    assert stage.count("sessions") == 0
    assert victim.redeem(code).status_code == 200


def test_a_code_is_for_its_connection(stage: Stage) -> None:
    window = stage.window()
    code = window.agreed()
    assert window.redeem(code, connection="acme").json["code"] == "sign-in-over"
    assert window.redeem(code).status_code == 200


def test_before_the_viewer_agrees_no_code_is_good(stage: Stage) -> None:
    window = stage.window()
    window.start()
    window.callback()
    for code in ("", "None", "000000", window.state, window.tab):
        assert window.redeem(code).json["code"] == "sign-in-over"
    assert set(stage.reasons()) == {"code-early"}


@pytest.mark.parametrize("whom", [("248289761001", ""), ("", ""), ("", "score-badge")])
def test_who_is_sent_away_meanwhile_has_to_sign_in_again(stage: Stage, whom: tuple[str, str]) -> None:
    """Else a code that was got before outlives the revocation, in which no session of it was there to end."""
    window = stage.window()
    code = window.agreed()
    stage.world.clock.now += 1
    with stage.another() as admin:
        revoke(admin.world.parts.database, admin.world.parts.audit, "oidc", *whom, stage.world.clock.now)
    assert window.redeem(code).json["code"] == "sign-in-over"
    assert (stage.reasons(), stage.count("sessions"), stage.count("identities")) == (["revoked"], 0, 0)
    stage.world.clock.now += 1
    again = stage.window()
    assert again.redeem(again.agreed()).status_code == 200


# --- somebody else ---


def test_what_one_person_began_nobody_else_completes(stage: Stage) -> None:
    """A sends B the address that A was sent to; B signs in; what comes of it would be B's data in A's panel."""
    window = stage.window()
    window.start()
    for tab in ("", "x", stage.window().verifier):
        refused(stage, window.callback(tab=tab), "sign-in-elsewhere", "window-wrong")
    assert asked_for_tokens(stage) == 0
    window.callback()
    refused(stage, window.connect(tab="x"), "sign-in-elsewhere", "window-wrong")


def test_nobody_is_signed_in_as_somebody_else(stage: Stage) -> None:
    """Login CSRF: the attacker's own answer of the host, opened in the victim's browser."""
    attacker, victim = stage.window(), stage.window()
    attacker.start()
    victim.start()
    swapped = victim.callback(state=attacker.state)
    refused(stage, swapped, "sign-in-elsewhere", "window-wrong")
    assert asked_for_tokens(stage) == 0


def test_an_injected_code_is_refused_by_what_only_we_know(stage: Stage) -> None:
    """A code that was given for another attempt: its challenge is not of our verifier."""
    attacker, victim = stage.window(), stage.window()
    victim.start()
    attacker.start()  # the code is for this one now
    refused(stage, victim.callback(), "sign-in-refused", "code-refused:invalid_grant")
    refused(stage, victim.callback(), "sign-in-over", "state-used")


def test_an_answer_for_another_connection_is_refused(stage: Stage) -> None:
    """Mix-up: one address for each connection, and the issuer where it is named."""
    window = stage.window()
    window.start()
    mixed = Window(stage.world.client, stage.there, window.verifier, window.state, window.tab)
    with_other = stage.world.client.post("/oauth/acme/callback", data={"state": mixed.state, "tab": mixed.tab})
    refused(stage, with_other, "sign-in-refused", "sign-in-unset")
    refused(stage, window.callback(iss=EVIL), "sign-in-refused", "issuer-wrong")
    assert asked_for_tokens(stage) == 0


def test_a_nonce_of_another_attempt_is_refused(stage: Stage) -> None:
    window = stage.window()
    window.start()
    stage.there.claims["nonce"] = "another"
    refused(stage, window.callback(), "sign-in-refused", "nonce-wrong")


def test_a_callback_is_answered_once_in_whichever_process(stage: Stage) -> None:
    window = stage.window()
    window.start()
    assert window.callback().status_code == 200
    with stage.another() as restarted:
        for each in (stage, restarted):
            again = Window(each.world.client, each.there, window.verifier, window.state, window.tab).callback()
            refused(stage, again, "sign-in-over", "state-used")
    assert asked_for_tokens(stage) == 1


def test_a_prefetched_callback_does_nothing(stage: Stage) -> None:
    window = stage.window()
    window.start()
    for _ in range(2):
        assert stage.world.client.get(f"{window.path}/callback?state={window.state}&code=x").status_code == 200
    assert asked_for_tokens(stage) == 0
    assert window.callback().status_code == 200


@pytest.mark.parametrize("name", ["url", "next", "redirect_uri", "return_to", "loginUrl", "state"])
def test_nobody_can_say_where_the_browser_goes(stage: Stage, name: str) -> None:
    window = stage.window()
    page = window.start(**{name: EVIL})
    url = urlsplit(words(page)["url"])
    assert EVIL not in page.text
    assert url.netloc == urlsplit(stage.there.connection.issuer).netloc
    said = parse_qs(url.query)
    assert said["redirect_uri"] == ["https://inlay.example.com/oauth/oidc/callback"]
    assert said["code_challenge_method"] == ["S256"]


def test_a_forged_host_header_changes_no_address(stage: Stage) -> None:
    window = stage.window()
    asked = {"challenge": window.challenge, "component": "score-badge", "record": LEAD}
    page = stage.world.client.get(f"{window.path}/start", query_string=asked, headers={"Host": "evil.example"})
    assert "evil.example" not in page.text


def test_a_code_is_sent_to_no_page_that_is_not_listed(stage: Stage) -> None:
    refused(stage, stage.window().start(opener=EVIL), "sign-in-refused", "origin-unlisted")
    window = stage.window()
    window.start()
    assert words(window.callback())["opener"] == "https://inlay.example.com"


def test_an_element_of_a_listed_page_signs_in_too(stage: Stage) -> None:
    window = stage.window()
    window.start(opener=PAGES)
    assert words(window.callback())["opener"] == PAGES
    answer = window.redeem(words(window.connect())["code"])
    token = answer.json["access_token"]
    form = {"token": token, "item": f"score-badge {LEAD} -"}
    post = stage.world.client.post
    assert post("/components:batch", data=form, headers={"Origin": PAGES}).status_code == 200
    assert post("/components:batch", data=form, headers={"Origin": EVIL}).status_code == 401
    assert stage.world.badge(token).status_code == 401  # not from a frame of ours


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"challenge": ""}, "challenge-malformed"),
        ({"challenge": "x" * 42 + "="}, "challenge-malformed"),
        ({"component": "admin"}, "component-unlisted"),
        ({"record": ""}, "record-missing"),
        ({"claims": "{"}, "claims-malformed"),
        ({"claims": "[1]"}, "claims-malformed"),
        ({"claims": "[" * 4000}, "claims-malformed"),
        ({"claims": '{"a": "' + "x" * 4096 + '"}'}, "claims-malformed"),
    ],
)
def test_a_start_that_asks_for_nonsense(stage: Stage, changes: dict[str, str], reason: str) -> None:
    refused(stage, stage.window().start(**changes), "sign-in-refused", reason)


def test_a_challenge_is_used_once(stage: Stage) -> None:
    window = stage.window()
    window.start()
    refused(stage, window.start(), "sign-in-refused", "challenge-used")


def test_nobody_learns_which_connections_exist(stage: Stage) -> None:
    texts = set()
    for name in ("acme", "nobody", "acme-pages"):
        page = stage.world.client.get(f"/oauth/{name}/start?challenge={'x' * 43}")
        texts.add(re.sub(r'<b>\w+</b>|nonce="[^"]+"', "", page.text))
    assert len(texts) == 1


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [("access_denied", "sign-in-denied", "denied-at-host"), ("server_error", "sign-in-refused", "error-at-host")],
)
def test_a_host_that_says_no(stage: Stage, error: str, code: str, reason: str) -> None:
    window = stage.window()
    window.start()
    refused(stage, window.callback(error=error, code=""), code, reason)
    refused(stage, window.callback(), "sign-in-over", "state-used")


@pytest.mark.parametrize("error", [ConnectFailed(), TimedOut()])
def test_a_host_that_is_away(stage: Stage, error: Exception) -> None:
    window = stage.window()
    window.start()
    stage.there.answers["/token"] = error
    page = window.callback()
    assert (page.status_code, code_of(page), "Retry-After" in page.headers) == (503, "host-unavailable", True)
    assert stage.count("sessions") == stage.count("identities") == 0
    refused(stage, window.callback(), "sign-in-over", "state-used")
    stage.there.answers.clear()
    fresh = stage.window()
    assert fresh.redeem(fresh.agreed()).status_code == 200


def test_an_attempt_ends_after_ten_minutes(stage: Stage) -> None:
    window = stage.window()
    window.start()
    stage.world.clock.now += ATTEMPT_S
    refused(stage, window.callback(), "sign-in-over", "state-expired")
    refused(stage, window.callback(state="unknown"), "sign-in-over", "state-unknown")


def test_a_viewer_who_does_not_agree(stage: Stage) -> None:
    window = stage.window()
    window.start()
    window.callback()
    page = window.connect(answer="no")
    assert (page.status_code, code_of(page)) == (200, "cancelled")
    assert stage.count("sessions") == stage.count("identities") == 0
    assert stage.count("jobs") == 1  # the host is told to forget what it gave us
    refused(stage, window.connect(), "sign-in-over", "state-used")


def test_what_nobody_fetches_is_given_back(stage: Stage) -> None:
    window = stage.window()
    window.agreed()
    stage.world.clock.now += ATTEMPT_S
    stage.window().start()
    assert (stage.count("jobs"), stage.count("sign_ins")) == (1, 1)


def test_what_nobody_can_read_any_more_stops_no_sign_in(stage: Stage) -> None:
    """A key was taken out of the list while an attempt waited: its row must not stand in everybody's way."""
    stage.window().agreed()
    with stage.world.parts.database.begin() as conn:
        conn.exec_driver_sql("UPDATE sign_ins SET result = x'00'")
    stage.world.clock.now += ATTEMPT_S
    window = stage.window()
    assert window.redeem(window.agreed()).status_code == 200
    assert stage.count("sign_ins") == 1


def test_a_process_that_dies_in_the_middle_leaves_nothing_connected(stage: Stage) -> None:
    """Between the host's answer and what we keep of it: the attempt is there, and good for nothing."""
    window = stage.window()
    window.start()

    with stage.another() as restarted:
        with stage.world.parts.database.begin() as conn:
            conn.exec_driver_sql(f"UPDATE sign_ins SET step = '{sign_ins.Step.ASKING}'")
        there = Window(restarted.world.client, stage.there, window.verifier, window.state, window.tab)
        refused(stage, there.callback(), "sign-in-over", "state-used")
        refused(stage, there.connect(), "sign-in-over", "state-used")
        assert there.redeem("000000").json["code"] == "sign-in-over"
        fresh = restarted.window()
        assert fresh.redeem(fresh.agreed()).status_code == 200


def test_each_step_may_come_to_another_process(stage: Stage) -> None:
    window = stage.window()
    window.start()
    with stage.another() as second, stage.another() as third:
        window.client = second.world.client
        window.callback()
        window.client = third.world.client
        code = words(window.connect())["code"]
        window.client = second.world.client
        assert window.redeem(code).status_code == 200


def test_no_secret_of_an_attempt_lies_readable_in_the_database_or_the_audit(stage: Stage) -> None:
    window = stage.window()
    typed = window.agreed("digits")
    with stage.world.parts.database.read() as conn:
        raw = str(conn.exec_driver_sql("SELECT * FROM sign_ins").all())
        audit = str(conn.exec_driver_sql("SELECT * FROM audit").all())
    for secret in (window.state, window.tab, window.verifier, typed, "access-1", "refresh-1", "248289761001"):
        assert secret not in raw
    for secret in (window.state, window.tab, window.verifier, window.challenge, "access-1", "refresh-1"):
        assert secret not in audit


def test_who_is_refused_too_often_has_to_wait(stage: Stage) -> None:
    parts = stage.world.parts
    for _ in range(parts.settings.server.limit_refused.amount):
        parts.limits.spend(parts.settings.server.limit_refused, "refusals", "127.0.0.1")
    page = stage.window().start()
    assert (page.status_code, code_of(page)) == (429, "rate-limited")
    assert int(page.headers["Retry-After"]) >= 1


def test_starts_are_counted_for_a_connection_and_for_an_address(stage: Stage) -> None:
    connection = stage.world.parts.connections.get("oidc").settings
    for spend in (
        lambda: stage.world.parts.limits.spend_connection(connection, connection.limit_launches, "sign-ins"),
        lambda: stage.world.parts.limits.spend(STARTS, "sign-ins", "127.0.0.1"),
    ):
        stage.world.parts.limits._windows.reset()
        assert stage.window().start().status_code == 200
        with pytest.raises(RateLimited):
            deque(iter(spend, "never"), 0)
        page = stage.window().start()
        assert (page.status_code, code_of(page)) == (429, "rate-limited")


def test_a_crowd_of_starts_does_not_fill_the_audit(stage: Stage) -> None:
    """Nobody has to prove anything to begin, and what is written stays for years."""
    for _ in range(20):
        assert stage.window().start().status_code == 200
    stage.window().start(opener=PAGES)
    assert [row["origin"] for row in stage.world.audited("signin.started")] == ["https://inlay.example.com", PAGES]
    stage.world.clock.now += Echoes.SECONDS
    stage.window().start()
    assert len(stage.world.audited("signin.started")) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
    ],
)
def test_only_a_window_begins_a_sign_in(stage: Stage, headers: dict[str, str]) -> None:
    """Else any page could have its visitors use up what their house and the connection may begin."""
    asked = {"component": "score-badge", "record": LEAD}
    for _ in range(STARTS.amount + 1):
        asked["challenge"] = stage.window().challenge
        page = stage.world.client.get("/oauth/oidc/start", query_string=asked, headers=headers)
        assert page.status_code == 400
    assert stage.count("sign_ins") == len(stage.world.audited("signin.started")) == 0
    real = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
    assert stage.world.client.get("/oauth/oidc/start", query_string=asked, headers=real).status_code == 200


def test_a_strangers_guesses_use_up_nothing_that_viewers_have(stage: Stage) -> None:
    """Nobody has to prove anything to send a code that is none."""
    connection, limits = stage.world.parts.connections.get("oidc").settings, stage.world.parts.limits
    for _ in range(connection.limit_launches.amount - 1):
        limits.spend_connection(connection, connection.limit_launches, "launches")
    window = stage.window()
    code = window.agreed()
    for _ in range(3):
        assert stage.window().redeem("x").json["code"] == "sign-in-over"
    assert window.redeem(code).status_code == 200
    late = stage.window()
    code = late.agreed()
    assert late.redeem(code).status_code == 429  # the last one was taken
    limits._windows.reset()
    assert late.redeem(code).status_code == 200  # and the code was not
