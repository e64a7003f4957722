"""Whether each core is there, takes what we show it, and answers what it is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from app.config import CapabilitySettings, CoreSettings, Settings
from app.core.client import CoreClient
from app.core.cores import client
from app.core.credentials import Keys, Tokens, authenticated, own_door
from app.core.mapped import MappedClient
from app.core.maps import SCORE, map_of
from app.errors import AnswerRefused, CoreUnavailable, InlayError, OutboundError
from app.health.findings import Finding, Watch
from app.metrics import Metrics
from app.net.door import Caller, Request

SOON_S = 14 * 86_400.0  # before a certificate's end
_REFUSED = frozenset({401, 403})


def cores(
    settings: Settings, watch: Watch, metrics: Metrics, clock: Callable[[], float] = time.time
) -> Iterator[Finding]:
    """Of each core: its certificate, each key or its token, whether it is well, and what capabilities it answers."""
    for name, core in settings.cores.items():
        where = f"core {name}"
        yield from _certificate(core, where, clock())
        caller = authenticated(core, _door(core, settings, watch), clock)
        shown = [*_shown(core, caller, where)]
        yield from shown
        if any(each.level == "problem" for each in shown):
            continue
        asked = client(core, settings.capabilities, caller, metrics)
        well = _well(core, asked, where)
        yield well
        if well.level != "problem":
            mine = [each for each in settings.capabilities.values() if name in each.cores and each.kind == "score"]
            for capability in mine:
                yield from _answers(core, asked, where, capability)


def _door(core: CoreSettings, settings: Settings, watch: Watch) -> Caller:
    own = own_door(core, settings.server.allow_private, None)
    return watch if own is None else watch.through(own)


def _certificate(core: CoreSettings, where: str, now: float) -> Iterator[Finding]:
    """Ours, which the core asks for: when it ends."""
    if core.client_certificate is None:
        return
    try:
        ends = x509.load_pem_x509_certificate(Path(core.client_certificate).read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        what = f"{core.client_certificate} cannot be read as a certificate."
        yield Finding("problem", where, what, "Name a file with the certificate in PEM, its chain after it.")
        return
    left_s = (ends - datetime.fromtimestamp(now, UTC)).total_seconds()
    said = f"our certificate {'ended' if left_s < 0 else 'ends'} on {ends:%Y-%m-%d}."
    if left_s < SOON_S:
        mend = "Put a new one and its key in the place of the files; new connections take them, without a restart."
        yield Finding("problem" if left_s < 0 else "note", where, said, mend)
    else:
        yield Finding("ok", where, said)


def _shown(core: CoreSettings, caller: Caller, where: str) -> Iterator[Finding]:
    """Each key by itself: one that is refused would be noticed only when the other is gone. And whether there is a
    token to be had."""
    if isinstance(caller, Tokens):
        try:
            caller.token()
            yield Finding("ok", where, f"{core.client_id} gets its token.")
        except InlayError as error:
            what = f"{core.client_id} gets no token at {core.token_url} ({error.reason})."
            yield Finding("problem", where, what, "Mend client_id, client_secret, token_scope or token_url.")
    elif isinstance(caller, Keys):
        try:
            statuses = caller.each(Request("GET", core.url.rstrip("/") + _health_path(core), deadline_s=core.deadline))
        except OutboundError:
            return  # that it is away is told below
        for number, status in enumerate(statuses):
            key = core.api_keys[number].source
            if status not in _REFUSED:
                yield Finding("ok", where, f"takes the key {key}.")
                continue
            works = any(each not in _REFUSED for each in statuses)
            mend = "Another works meanwhile: register this one there, or take it out." if works else "Mend api_keys."
            yield Finding("note" if works else "problem", where, f"refuses the key {key} ({status}).", mend)


def _health_path(core: CoreSettings) -> str:
    kind = map_of(core, SCORE) or map_of(core, "analysis")
    path = kind.health_path or kind.version_path if kind else "/healthz"
    return path.replace("{model}", core.model)


def _well(core: CoreSettings, asked: CoreClient, where: str) -> Finding:
    try:
        asked.health()
    except CoreUnavailable as error:
        mend = f"Start it, or mend [cores.{core.name}] url."
        if error.reason == "address-private":
            mend = "List its host in [server] allow_private: private addresses are called only when listed."
        elif error.reason == "tls-failed":
            mend = "Look at its certificate and ca_file; where it asks for ours, at client_certificate and client_key."
        elif error.reason in {"core-status-401", "core-status-403"}:
            mend = "It wants to know who we are: set auth, or mend what is set."
        return Finding("problem", where, f"{core.url} is not healthy ({error.reason}).", mend)
    return Finding("ok", where, f"{core.url} is healthy.")


def _answers(core: CoreSettings, asked: CoreClient, where: str, capability: CapabilitySettings) -> Iterator[Finding]:
    share = f" for {capability.canary_percent} % of the records" if core.name == capability.canary else ""
    if not isinstance(asked, MappedClient):
        yield _asked(asked, where, capability.name, share)
        return
    # a model of another protocol need not take a record of which nothing is known
    try:
        version = asked.version()
    except (CoreUnavailable, AnswerRefused) as error:
        what = f"does not say the version of {core.model} ({error.reason})."
        yield Finding("problem", where, what, "Mend model, version_path or version_at; or set model_version.")
        return
    named = f"{core.model}, version {version}," if version else core.model
    mend = f"Ask it: inlay core try {capability.name} --core {core.name} --features FILE"
    yield Finding("ok", where, f"has {named} for {capability.name}{share}, by map {core.map}.", mend)


def _asked(asked: CoreClient, where: str, capability: str, share: str) -> Finding:
    """A question about nobody: an answer, or that nothing is known, is what shows that it may be asked."""
    try:
        asked.score(capability, {"type": "Check", "id": "inlay-check"}, {}, purpose="check")
    except (CoreUnavailable, AnswerRefused) as error:
        what = f"does not answer {capability} ({error.reason})."
        return Finding("problem", where, what, "Look at its keys, and at the name of the capability.")
    return Finding("ok", where, f"answers {capability}{share}.")
