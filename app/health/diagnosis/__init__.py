""" "Why is my panel blank?": each layer from the switch to the number, with what is wrong there and its mend.

Nothing is asked of anybody: it is read off the configuration, the audit of the last hours and what browsers reported.
A trouble counts as mended once its layer went well after it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from app.config import ConnectionSettings, Settings
from app.db import Database
from app.db.framings import Framing
from app.health.diagnosis.evidence import Evidence, Trouble, evidence
from app.health.diagnosis.reasons import Layer, Meaning, meaning
from app.hosts import HOSTS
from app.hosts._mends import mends
from app.rollouts import Reach, Rollout

LOOK_BACK_S = 6 * 3600.0
POPUP_BLOCKED = "popup-blocked"  # what panels report of themselves
NOT_BACK_S = 120.0  # a sign-in that has not come back by then does not
_LOCAL = (".local", ".internal", ".lan", ".home.arpa", ".localhost", ".test")

# After which event a layer is known to have gone well.
_PROVED = {
    Layer.KEY: "launch.accepted", Layer.AUDIENCE: "launch.accepted", Layer.CLOCK: "launch.accepted",
    Layer.ORIGIN: "launch.accepted", Layer.LAUNCH: "launch.accepted", Layer.FRAMING: "launch.accepted",
    Layer.SIGN_IN: "signin.answered", Layer.PERMISSION: "view.shown", Layer.SWITCH: "view.shown",
    Layer.HOST: "answer.given", Layer.CORE: "answer.given", Layer.VIEW: "view.shown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """How one layer stands. `ok` was seen to work, `bad` was seen to fail, `unknown` was not seen lately."""

    layer: Layer
    state: Literal["ok", "bad", "unknown"]
    what: str
    mend: str = ""
    at: float = 0.0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a connection when somebody asks."""

    settings: Settings
    connection: ConnectionSettings
    seen: Evidence
    framings: Sequence[Framing]
    plan: Sequence[Rollout]
    popups_blocked: int
    now: float


def scene(
    settings: Settings,
    connection: str,
    database: Database,
    framings: Sequence[Framing],
    plan: Sequence[Rollout],
    popups_blocked: int,
    now: float,
    viewer: str = "",
) -> Scene:
    """Read what there is to know. Raises StoreUnavailable."""
    since = now - LOOK_BACK_S
    tried = [each for each in framings if each.connection == connection and each.last_at >= since]
    seen = evidence(database, connection, since, viewer)
    return Scene(settings, settings.connections[connection], seen, tried, plan, popups_blocked, now)


def diagnose(at: Scene) -> list[Finding]:
    """A finding for every layer, in their order; the first that is `bad` is the one to mend."""
    found: dict[Layer, Finding] = {}
    for finding in (*_static(at), *_framing(at), *_signing_in(at), *_told(at)):
        if finding.layer not in found or (found[finding.layer].state != "bad" and finding.state == "bad"):
            found[finding.layer] = finding
    return [_in_its_words(found.get(layer) or _quiet(layer, at), at.connection.host) for layer in Layer]


def failing(findings: Sequence[Finding]) -> Finding | None:
    """The layer to mend first."""
    return next((each for each in findings if each.state == "bad"), None)


def _in_its_words(finding: Finding, host: str) -> Finding:
    """With where to mend it in the host's own screens."""
    there = mends(host).get(finding.layer)
    return replace(finding, mend=f"{finding.mend} There: {there}") if finding.mend and there else finding


def _static(at: Scene) -> Iterator[Finding]:
    """What the configuration and the roll-out alone tell."""
    held = [one for one in at.plan if one.starts_at <= at.now and one.reach is not Reach.ALL]
    if not at.connection.rollout:
        yield Finding(Layer.SWITCH, "bad", "The configuration says rollout = false.", "Set it to true: inlay reload")
    elif off := next((one for one in held if one.reach is Reach.OFF), None):
        what = f"{off.component or 'The whole connection'} was switched off by {off.set_by}."
        yield Finding(Layer.SWITCH, "bad", what, "Switch it on under Roll-out.", off.starts_at)
    else:
        some = "On for some viewers only: to others a panel shows nothing."
        yield Finding(Layer.SWITCH, "ok", some if held else "On for all viewers.")
    yield _address(at)


def _address(at: Scene) -> Finding:
    """What browsers refuse before anything reaches us, so that nobody can tell us: read off the addresses alone.

    A launch that came proves that at least one browser let its page through.
    """
    url, arrived = at.settings.server.public_url, at.seen.went_well.get("launch.accepted", 0.0)
    secure = [origin for origin in at.connection.origins if origin.startswith("https://")]
    public = [origin for origin in at.connection.origins if not _is_local(origin)]
    if url.startswith("http://") and secure:
        what = f"{secure[0]} is https and public_url is http: browsers refuse mixed content."
        mend = "Serve us by https: tls_certificate, or a proxy in front."
    elif public and _is_local(url):
        what = f"{public[0]} is public and {url} is private: browsers refuse, or ask first (private network access)."
        mend = (
            "Give us a public name with https, or allow that page by your browsers' policy for local networks "
            "(Chrome and Edge: LocalNetworkAccessAllowedForUrls)."
        )
    else:
        return Finding(Layer.ADDRESS, "ok", f"{url} can be framed by the listed origins.")
    if arrived:
        return Finding(Layer.ADDRESS, "ok", f"{what} Some let it through: launches arrive.", at=arrived)
    return Finding(Layer.ADDRESS, "bad", what, mend)


def _framing(at: Scene) -> Iterator[Finding]:
    listed = HOSTS[at.connection.host].frame_ancestors(at.connection)
    for each in sorted(at.framings, key=lambda one: -one.last_at):
        what = f"Browsers refused to show the panel in a page of {each.origin}, {each.count} times"
        if each.origin in listed:
            what, mend = f"{what}: it is listed, a page around it is not.", "List that outer page too, if it is yours."
        else:
            what, mend = f"{what}.", "Add it to origins, if it is yours."
        yield Finding(Layer.FRAMING, "bad", what, mend, each.last_at)


def _signing_in(at: Scene) -> Iterator[Finding]:
    """What a host or a browser does not tell us, but for what does not come back."""
    started, answered = (at.seen.went_well.get(each, 0.0) for each in ("signin.started", "signin.answered"))
    if started > answered and at.now - started > NOT_BACK_S:
        uri = f"{at.settings.server.public_url}/oauth/{at.connection.name}/callback"
        what = "A viewer went to the host to sign in and never came back: the host shows its error there."
        mend = f"Register exactly this redirect address at the host's app: {uri}"
        yield Finding(Layer.SIGN_IN, "bad", what, mend, started)
    if at.popups_blocked:
        what = f"Browsers kept the sign-in window from opening, {at.popups_blocked} times."
        mend = (
            "Allow popups of the host's page; a sandboxed frame needs allow-popups and allow-popups-to-escape-sandbox."
        )
        yield Finding(Layer.SIGN_IN, "bad", what, mend)


def _told(at: Scene) -> Iterator[Finding]:
    """What was refused or failed, unless its layer went well after that."""
    for trouble in at.seen.troubles:
        means = meaning(trouble.event, trouble.reason)
        mended = at.seen.went_well.get(_PROVED[means.layer], 0.0) > trouble.at
        if not mended:
            yield _bad(means, trouble)


def _bad(means: Meaning, trouble: Trouble) -> Finding:
    times = f" {trouble.count} times" if trouble.count > 1 else ""
    what = f"{means.what} ({trouble.reason}{times})"
    return Finding(means.layer, "bad", what, means.mend, trouble.at, trouble.reference)


def _quiet(layer: Layer, at: Scene) -> Finding:
    """A layer of which nothing bad is known."""
    good = at.seen.went_well.get(_PROVED.get(layer, ""), 0.0)
    if good:
        return Finding(layer, "ok", "Went well.", at=good)
    if layer is Layer.LAUNCH:
        mend = (
            "Is the package installed, is the panel on the page, and is the app allowed for its viewers there? Does "
            f"the page name exactly {at.settings.server.public_url}? A page over https can frame nothing by http "
            "(mixed content), and a public one may be kept from a private address (private network access)."
        )
        return Finding(layer, "unknown", "No launch arrived: nothing that the host's page did reached us.", mend)
    return Finding(layer, "unknown", "Not seen in the last hours.")


def _is_local(url: str) -> bool:
    """Whether an address is of this machine or of a private network."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL)
