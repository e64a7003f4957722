"""What people and hosts do that must not work, and what is said of it: to them, and to the audit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import NamedTuple

import requests

from app.demo.crm.people import PEOPLE
from bench.proofs import COMPONENT, FRAMED
from tests.proof.staged.whole import Whole

Try = Callable[[Whole, str], requests.Response]
ELSEWHERE = "https://elsewhere.example"


class Misuse(NamedTuple):
    """What is tried; what its sender is told: status and words; the audit's event and reason, empty for none."""

    tried: Try
    status: int
    words: str
    event: str = ""
    reason: str = ""


def _launched(whole: Whole, proof: str) -> requests.Response:
    url = f"{whole.nodes[0].url}/launch/{FRAMED}?component={COMPONENT}"
    return requests.post(url, data={"signed_request": proof}, timeout=10)


def _forged(whole: Whole, lead: str) -> requests.Response:
    proof = whole.signer.canvas(lead)
    return _launched(whole, ("A" if proof[0] != "A" else "B") + proof[1:])


def _twice(whole: Whole, lead: str) -> requests.Response:
    proof = whole.signer.canvas(lead)
    assert _launched(whole, proof).ok
    return _launched(whole, proof)


def _saying(**said: object) -> Try:
    def exchanged(whole: Whole, lead: str) -> requests.Response:
        form = whole.form([lead], "viewer") | {"subject_token": whole.signer.guest([lead], **said)}
        return requests.post(f"{whole.nodes[0].url}/session", data=form, headers={"Origin": whole.at.crm}, timeout=10)

    return exchanged


def _ended(whole: Whole, lead: str) -> requests.Response:
    """A panel that was left open asks once more."""
    token = whole.opened(whole.form([lead], "viewer"))["access_token"]
    asked = {"headers": {"Authorization": f"Bearer {token}", "Origin": whole.at.crm}, "timeout": 10}
    assert requests.delete(f"{whole.nodes[0].url}/session", **asked).status_code == 204
    return requests.get(f"{whole.nodes[0].url}/components/{COMPONENT}?record={lead}", **asked)


def _renewed(whole: Whole, _: str) -> requests.Response:
    token = whole.opened(whole.library_form(whole.documents(), "dana"))["access_token"]
    url = f"{whole.nodes[0].url}/session/renew"
    return requests.post(url, data={"token": token}, headers={"Origin": whole.at.library}, timeout=10)


def _framed(whole: Whole, _: str) -> requests.Response:
    """What a browser does: it shows nothing, since the page's policy names the host alone, and reports."""
    url = f"{whole.nodes[0].url}/launch/{FRAMED}?component={COMPONENT}"
    policy = requests.get(url, timeout=10).headers["Content-Security-Policy"]
    assert f"frame-ancestors {whole.at.crm};" in policy
    said = {"document-uri": url, "effective-directive": "frame-ancestors", "referrer": f"{ELSEWHERE}/"}
    report = json.dumps({"csp-report": said | {"violated-directive": "frame-ancestors", "original-policy": policy}})
    heads = {"Content-Type": "application/csp-report", "Referer": f"{ELSEWHERE}/"}
    url = f"{whole.nodes[0].url}/reports/csp?connection={FRAMED}"
    return requests.post(url, data=report, headers=heads, timeout=10)


_OLD = {"iat": int(time.time()) - 900, "exp": int(time.time()) - 700}
MISUSES = {
    "a token that ends is renewed": Misuse(_renewed, 200, "access_token"),
    "a session that has ended": Misuse(_ended, 401, "session-expired"),
    "a host's token that is dead": Misuse(
        lambda w, lead: _launched(w, w.signer.canvas(lead, issued=0)),
        200, "session-expired", "session.refused", "host-token-dead",
    ),
    "a record that its viewer may not see": Misuse(
        lambda w, lead: _launched(w, w.signer.canvas(lead, PEOPLE["alex"])),
        200, 'data-state="denied"', "permission.refused", "host-says-no",
    ),
    "a forged launch": Misuse(_forged, 403, "Reference", "launch.refused", "signature-wrong"),
    "a replayed launch": Misuse(_twice, 200, 'data-code="used"', "launch.refused", "used"),
    "an expired launch": Misuse(_saying(**_OLD), 400, "too old", "launch.refused", "expired"),
    "a launch for somebody else": Misuse(
        _saying(aud=ELSEWHERE), 400, "could not be opened from here", "launch.refused", "audience-wrong"
    ),
    "a frame on an unlisted origin": Misuse(_framed, 204, ""),
}  # fmt: skip
