"""The settings of a connection: the longest section, and the one that admins write most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItem

from app.config.answering import REASONS, SECOND_PERSON
from app.config.broker import NAME
from app.config.kinds import (
    DURATION,
    FIELD,
    FLAG,
    ORIGIN,
    RATE,
    REGION,
    SCOPE,
    TAG,
    TENANT,
    URL,
    WORD,
    choice,
    integer,
    many,
    table,
    text,
)
from app.config.machines import MACHINE, Machine
from app.config.reader import row
from app.config.references import Secret, secret
from app.config.retention import RETENTION, Retention
from app.config.rules import RULE, Rule
from app.config.schedules import SCHEDULE, Schedule
from app.config.write_back import WRITE_BACK, WriteBack


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """`[connections.<name>]`: one customer's installation of a host."""

    name: str
    host: str = row(WORD, "The kind of application that we are embedded in.", example="your-host")
    origins: tuple[str, ...] = row(many(ORIGIN, 1), "The exact origins that may embed or frame us.")
    components: tuple[str, ...] = row(many(TAG, 1), "The components that may be opened here.")
    capabilities: tuple[str, ...] = row(many(WORD), "The capabilities that may be asked here.", example=["lead_score"])
    rollout: bool = row(FLAG, "Whether panels are shown at all.", True)
    region: str = row(REGION, "Where this customer's data must stay.", "", example="eu")
    # floods: each process counts for itself
    limit_viewer: RateLimitItem = row(RATE, "Requests of one viewer.", "3000/minute")  # noqa: RUF009 makes a field
    limit_launches: RateLimitItem = row(RATE, "Launches of all viewers.", "6000/minute")  # noqa: RUF009 makes a field
    limit_events: RateLimitItem = row(RATE, "Events from the host.", "6000/minute")  # noqa: RUF009 makes a field
    limit_reviews: RateLimitItem = row(RATE, "Verdicts of all viewers.", "1200/minute")  # noqa: RUF009 makes a field
    limit_viewer_reviews: RateLimitItem = row(RATE, "Verdicts of one viewer.", "400/minute")  # noqa: RUF009 makes a field
    limit_calls: RateLimitItem | None = row(RATE, "Calls to the host by background work, in all.", None)  # noqa: RUF009 makes a field
    limit_api: RateLimitItem = row(RATE, "Requests of one service to the API.", "3000/minute")  # noqa: RUF009 makes a field
    limit_analyses: RateLimitItem = row(RATE, "Documents that viewers have analysed.", "600/minute")  # noqa: RUF009 makes a field
    # what its figures are measured by
    entitled: int = row(integer(0, 10_000_000), "How many people may look here, as the customer counts; 0: unsaid.", 0)
    satisfaction: bool = row(FLAG, "Whether a viewer is asked, once in 90 days, how satisfied they are.", True)
    view_saves: float = row(DURATION, "The time that one view saves a viewer, as the customer found; 0s: unsaid.", "0s")
    # what proves a launch
    issuer: str = row(text("https://crm.example.com"), "The launch's issuer: the claim iss, letter by letter.", "")
    audience: str = row(
        text("https://inlay.example.com"), "The launch's audience: the claim aud; our public_url will do.", ""
    )
    algorithms: tuple[str, ...] = row(
        many(choice("EdDSA", "ES256", "RS256", "HS256")),
        "The only algorithms that a launch may be signed with.",
        [],
    )
    jwks_url: str = row(URL, "Where the issuer publishes its keys.", "", example="https://crm.example.com/jwks.json")
    shared_keys: Mapping[str, Secret] = row(
        table(secret(32), {"2026-11": "env:INLAY_KEY"}),
        'HS256 keys by the kid of the token\'s header: { kid = "env:NAME" }.',
        {},
    )
    secrets: tuple[Secret, ...] = row(many(secret()), "Shared secrets of signed launches, several to rotate.", [])
    public_keys: tuple[Secret, ...] = row(
        many(secret()), "Public keys of signed launches, as PEM: these and no others; several to rotate.", []
    )
    single_use: bool = row(
        FLAG, "Whether a proof works once; off only for access tokens that a host hands out again.", True
    )
    authority: str = row(URL, "The directory's sign-in service.", "", example="https://login.microsoftonline.com")
    tenants: tuple[str, ...] = row(many(TENANT), "The directory tenants whose viewers may come in.", [])
    clients: tuple[str, ...] = row(many(text("inlay")), "The apps whose tokens we take; none: the host's own.", [])
    scope: str = row(SCOPE, "The scope that a viewer's access token must have.", "access_as_user")
    event_secrets: tuple[Secret, ...] = row(many(secret()), "Secrets that the host signs its events with.", [])
    event_tokens: tuple[Secret, ...] = row(
        many(secret(32)), "Tokens that prove events which cannot be signed, in their address or header.", []
    )
    # events through a broker of the customer's
    broker: str = row(WORD, "The broker for its events.", "", example="main")
    broker_queue: str = row(NAME, "The queue of it whose messages are this connection's events.", "")
    publish: tuple[str, ...] = row(
        many(WORD), "The capabilities whose new scores and reviews are published there.", [], example=["lead_score"]
    )
    publish_key: str = row(NAME, "Their routing key; empty: type, connection and capability, with dots.", "")
    # how viewers sign in by themselves
    sign_in_client_id: str = row(text("inlay"), "Our app at the host, which viewers sign in to.", "")
    sign_in_client_secret: Secret | None = row(secret(), "Its secret, unless it is registered without one.", None)  # noqa: RUF009 makes a field
    sign_in_scopes: tuple[str, ...] = row(
        many(SCOPE), "What it asks for; none: what the host needs, and to stay signed in.", [], example=["openid"]
    )
    # how its records are read
    host_url: str = row(URL, "The base of the host's API.", "")
    host_scopes: tuple[str, ...] = row(
        many(SCOPE), "What is asked of the host's API in the viewer's name.", ["Files.Read"]
    )
    open_records: bool = row(FLAG, "Whether all who are signed in see all records, if the host cannot be asked.", False)
    token_url: str = row(URL, "Where the integration identity gets its token.", "")
    token_scope: str = row(
        text("https://graph.microsoft.com/.default", r"[!#-\[\]-~]{0,300}"), "What it asks for there, if it must.", ""
    )
    drives: tuple[str, ...] = row(
        many(text("b!x", r"[A-Za-z0-9_!-]{1,128}")), "Libraries whose changes are told to us, by their drives' ids.", []
    )
    client_id: str = row(text("inlay"), "The integration identity.", "")
    client_secret: Secret | None = row(secret(), "Its secret.", None)  # noqa: RUF009 makes a field
    records_from: str = row(WORD, "Another connection that reads this one's records.", "", example="crm")
    fields: Mapping[str, Mapping[str, str]] = row(
        table(table(FIELD, {}), {"lead_score": {"industry": "Industry"}}),
        "For each capability: features whose field has another name in this host.",
        {},
    )
    # services of the customer's that come with a token of its own issuer (client credentials)
    machine_issuer: str = row(text("https://login.acme.example"), "Their tokens' issuer: iss, letter by letter.", "")
    machine_audience: str = row(
        text("api://inlay-machines"), "Their tokens' audience: aud; no launch may have the same.", ""
    )
    machine_jwks_url: str = row(URL, "Where that issuer publishes its keys; empty: where its discovery says.", "")
    machines: Mapping[str, Machine] = row(
        table(MACHINE, {"0oa1b2c3": MACHINE.example}), "What each may do, by its tokens' sub.", {}
    )
    # how its viewers answer back
    reasons: Mapping[str, tuple[tuple[str, str], ...]] = row(
        table(REASONS, {"lead_score": REASONS.example}),
        "For each capability: why viewers dismiss or override here, in the place of its own reasons.",
        {},
    )
    second_person: tuple[str, ...] = row(
        SECOND_PERSON, "The verdicts that hold only once a second viewer has approved them.", [], example=["override"]
    )
    undo: float = row(DURATION, "How long a viewer can take a verdict back.", "10m")
    # what is scored before anybody looks
    priority: Mapping[str, tuple[Rule, ...]] = row(
        table(many(RULE), {"lead_score": [{"company_size": {"at_least": 200}}]}),
        "For each capability: which records are scored ahead; a first look at another does not wait.",
        {},
    )
    warm: Schedule | None = row(  # noqa: RUF009 makes a field
        SCHEDULE, 'When scores are computed ahead: how often, as "6h", or each day at a time of UTC, as "03:00".', None
    )
    # what is written to its records
    write_back: Mapping[str, WriteBack] = row(
        WRITE_BACK, "For each capability: the fields of the host's record that scores and reviews are written to.", {}
    )
    # how long its audit is kept
    retention: Mapping[str, Retention] = row(
        RETENTION, "How long audit rows are kept, by family: a law's time, or one's own; others: for ever.", {}
    )
    legal_hold: bool = row(FLAG, "Whether nothing of its audit may be purged, whatever retention says.", False)
