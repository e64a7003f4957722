"""Writes the demo's `inlay.toml`: what an admin would write for this CRM, with a comment for each part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.demo.crm import elsewhere
from app.demo.crm.ai import WRITES
from app.demo.crm.match import Fit
from app.demo.crm.store import STANDARD, TYPE

# What a lead is called, here and by the hosts that the gallery shows it in.
RECORDS = (TYPE, elsewhere.ENVIRONMENT_TABLE, elsewhere.INSTANCE_TABLE)
_TEMPLATE = """\
# Written by the demo at each start; edit a copy. Secrets are files beside this one.

[server]
public_url = {inlay}
port = {port}
preview = true
workers = {workers}
drain = "0s"
keys = ["file:keys/deployment"]
# The demo's services are on this machine; the network door calls no private address that is not listed.
allow_private = [{crm_host}, {core_host}, {library_host}]

[store]
url = "sqlite:///inlay.db"

# Nobody else reaches this machine's loopback address. Elsewhere: inlay admin link
[admin]
one_click = true

[cores.builtin]
url = {core}
feedback = true

{capabilities}
# The CRM's record page frames our panels and POSTs a signed request into each.
# Records are read by the CRM's REST API, with the integration user's token.
[connections.crm]
host = "salesforce"
origins = [{crm}]
components = ["score-badge", "score-card", "score-list", "review-list"]
capabilities = {names}
secrets = ["file:keys/consumer_secret"]
host_url = {crm}
token_url = {token_url}
client_id = "larkfield-integration"
client_secret = "file:keys/client_secret"
event_secrets = ["file:keys/event_secret"]
{crm_fields}
# Scores and reviews are written back to fields that the CRM's admin made for them, and to no others.
[connections.crm.write_back.{capability}]
{writes}
# The CRM's list page shows web components; its backend signs who looks at which records.
[connections.crm-pages]
host = "guest"
origins = [{crm}]
components = ["score-badge", "score-card", "score-list", "review-list"]
capabilities = {names}
issuer = {crm}
audience = {inlay}
algorithms = ["EdDSA"]
jwks_url = {jwks_url}
records_from = "crm"
{pages_fields}"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo's services are."""

    inlay: str
    crm: str
    core: str
    library: str

    @property
    def admin(self) -> str:
        """Where an admin begins."""
        return f"{self.inlay}/admin"

    @property
    def preview(self) -> str:
        """Where a designer begins."""
        return f"{self.inlay}/preview"


def write(at: Addresses, fits: Sequence[Fit], workers: int = 1) -> str:
    """The file's text. Only the best fitting capability is offered; `fits` is sorted by fit."""
    best = fits[0]
    return _TEMPLATE.format(
        inlay=_text(at.inlay),
        port=urlsplit(at.inlay).port,
        workers=workers,
        crm=_text(at.crm),
        core=_text(at.core),
        crm_host=_text(urlsplit(at.crm).netloc),
        core_host=_text(urlsplit(at.core).netloc),
        library_host=_text(urlsplit(at.library).netloc),
        token_url=_text(f"{at.crm}/services/oauth2/token"),
        jwks_url=_text(f"{at.crm}/jwks.json"),
        names=f"[{_text(best.capability)}]",
        capabilities=_capability(best),
        capability=best.capability,
        writes="".join(f"{what} = {_text(field)}\n" for what, field in WRITES.items()),
        crm_fields=_renames("crm", best),
        pages_fields=_renames("crm-pages", best),
    )


def _capability(fit: Fit) -> str:
    fields = "".join(f"    {_text(name)},\n" for name in asked(fit))
    return (
        f"[capabilities.{fit.capability}]\n"
        f'kind = "score"\ncore = "builtin"\ntitle = {_text(fit.title)}\nrecords = {json.dumps(RECORDS)}\n'
        f"fields = [\n{fields}]\n{_bands(fit)}"
    )


def asked(fit: Fit) -> Mapping[str, str]:
    """feature -> field: those that are there, since a host refuses a question for a field that it lacks.

    Where none is, the score is asked for over an empty field, so that every badge can say what is missing.
    """
    return fit.fields or {feature.name: STANDARD for feature in fit.features}


def _bands(fit: Fit) -> str:
    """Where the core says that its score is high; ours are the same unless it says something."""
    rows = ", ".join(f"{word} = {least:g}" for word, least in fit.bands.items())
    return f"bands = {{ {rows} }}\n" if rows else ""


def _renames(connection: str, fit: Fit) -> str:
    """Features whose column has another name here."""
    renamed: Mapping[str, str] = {name: column for name, column in asked(fit).items() if name != column}
    if not renamed:
        return ""
    rows = "".join(f"{name} = {_text(column)}\n" for name, column in renamed.items())
    return f"[connections.{connection}.fields.{fit.capability}]\n{rows}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string of these characters is a TOML string
