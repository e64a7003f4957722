"""The table of settings: every one with its kind, its sentence and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from limits import RateLimitItem

from app.config.checks import check
from app.config.kinds import (
    BANDS,
    DURATION,
    FLAG,
    NETWORK,
    ORIGIN,
    RATE,
    URL,
    choice,
    integer,
    many,
    table,
    text,
)
from app.config.reader import Reader, row
from app.config.references import PATH, STORE, Secret, secret
from app.errors import ConfigError, Problem

_FIELD = text("Industry", r"[A-Za-z_][A-Za-z0-9_.]{0,127}")
_SCOPE = text("access_as_user", r"[!#-\[\]-~]{1,200}")  # RFC 6749, appendix A.4
_TENANT = text("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = text("score-badge", r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_REGION = text("eu", r"[a-z0-9-]{0,32}")
_WORD = text("lead_score", r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """`[server]`: this deployment."""

    public_url: str = row(ORIGIN, "The origin that browsers reach us by.", example="https://inlay.example.com")
    keys: tuple[Secret, ...] = row(many(secret(32), least=1), "Deployment secrets of 32 bytes or more, newest first.")
    bind: str = row(text("127.0.0.1"), "The address that we listen on.", "127.0.0.1")
    port: int = row(integer(1, 65535), "The port that we listen on.", 8000)
    workers: int = row(integer(0, 256), "Worker processes; 0 means one for each core of the machine.", 0)
    threads: int = row(integer(1, 256), "Threads of each worker.", 8)
    trusted_proxies: int = row(integer(0, 8), "How many proxies of yours stand in front of us.", 0)
    tls_certificate: Path | None = row(PATH, "The chain, when we speak TLS ourselves.", None)  # noqa: RUF009 makes a field
    tls_key: Path | None = row(PATH, "The certificate's private key.", None)  # noqa: RUF009 makes a field
    compression: bool = row(FLAG, "Whether answers are compressed here.", True)
    preview: bool = row(FLAG, "Whether designers' preview is shown at /preview, to all who reach us.", False)
    region: str = row(_REGION, "Where this deployment runs; connections and cores must agree.", "", example="eu")
    limit_refused: RateLimitItem = row(RATE, "Refusals of one address, until it has to wait.", "600/minute")  # noqa: RUF009 makes a field
    allow_private: tuple[str, ...] = row(
        many(NETWORK), "Private hosts or networks that we may call, such as a core on this machine.", []
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """`[store]`: the database."""

    # a PostgreSQL URL that came by reference may hold a password
    url: str = row(STORE, "The database; a URL with a password goes by reference.", "sqlite:///inlay.db", shown=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSettings:
    """`[cores.<name>]`: a scoring core."""

    name: str
    url: str = row(URL, "Where the core is.", example="https://core.example.com")
    auth: str = row(choice("none", "api-key"), "How we show who we are.", "none")
    api_keys: tuple[Secret, ...] = row(many(secret()), "API keys, newest first; the next is tried on a 401.", [])
    deadline: float = row(DURATION, "How long one question may take in all.", "2s")
    region: str = row(_REGION, "Where the core runs.", "", example="eu")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilitySettings:
    """`[capabilities.<name>]`: something that a core can be asked."""

    name: str
    core: str = row(_WORD, "The core that answers.", example="main")
    kind: str = row(choice("score", "analysis"), "The shape of the answer.", "score")
    title: str = row(text("Lead score"), "The heading that viewers read.", "Score")
    records: tuple[str, ...] = row(many(_FIELD, 1), "The hosts' record types that it is about.", example=["Lead"])
    fields: tuple[str, ...] = row(
        many(_FIELD),
        "The features that it reads, as the core names them; nothing else leaves the host.",
        [],
        example=["industry"],
    )
    bands: tuple[tuple[str, float], ...] = row(BANDS, "Each band's lowest score.", BANDS.example)
    ttl: float = row(DURATION, "How long a score is fresh.", "15m")
    stale: float = row(DURATION, "How long after that it may be shown, marked as stale.", "1d")
    wait: float = row(DURATION, "How long a first look waits before it says that it is pending.", "150ms")
    playbook: str = row(
        text("standard", r"[A-Za-z0-9_.-]{0,64}"), "Of an analysis: what the core goes by; empty: its own.", ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """`[connections.<name>]`: one customer's installation of a host."""

    name: str
    host: str = row(_WORD, "The kind of application that we are embedded in.", example="your-host")
    origins: tuple[str, ...] = row(many(ORIGIN, 1), "The exact origins that may embed or frame us.")
    components: tuple[str, ...] = row(many(_TAG, 1), "The components that may be opened here.")
    capabilities: tuple[str, ...] = row(many(_WORD), "The capabilities that may be asked here.", example=["lead_score"])
    rollout: bool = row(FLAG, "Whether panels are shown at all.", True)
    region: str = row(_REGION, "Where this customer's data must stay.", "", example="eu")
    # floods: each process counts for itself
    limit_viewer: RateLimitItem = row(RATE, "Requests of one viewer.", "3000/minute")  # noqa: RUF009 makes a field
    limit_launches: RateLimitItem = row(RATE, "Launches of all viewers.", "6000/minute")  # noqa: RUF009 makes a field
    limit_events: RateLimitItem = row(RATE, "Events from the host.", "6000/minute")  # noqa: RUF009 makes a field
    limit_reviews: RateLimitItem = row(RATE, "Verdicts of all viewers.", "1200/minute")  # noqa: RUF009 makes a field
    limit_analyses: RateLimitItem = row(RATE, "Documents that viewers have analysed.", "600/minute")  # noqa: RUF009 makes a field
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
    single_use: bool = row(
        FLAG, "Whether a proof works once; off only for access tokens that a host hands out again.", True
    )
    authority: str = row(URL, "The directory's sign-in service.", "", example="https://login.microsoftonline.com")
    tenants: tuple[str, ...] = row(many(_TENANT), "The directory tenants whose viewers may come in.", [])
    clients: tuple[str, ...] = row(many(text("inlay")), "The apps whose tokens we take; none: the host's own.", [])
    scope: str = row(_SCOPE, "The scope that a viewer's access token must have.", "access_as_user")
    event_secrets: tuple[Secret, ...] = row(many(secret()), "Secrets that the host signs its events with.", [])
    # how viewers sign in by themselves
    sign_in_client_id: str = row(text("inlay"), "Our app at the host, which viewers sign in to.", "")
    sign_in_client_secret: Secret | None = row(secret(), "Its secret, unless it is registered without one.", None)  # noqa: RUF009 makes a field
    sign_in_scopes: tuple[str, ...] = row(
        many(_SCOPE), "What it asks for; none: what the host needs, and to stay signed in.", [], example=["openid"]
    )
    # how its records are read
    host_url: str = row(URL, "The base of the host's API.", "")
    host_scopes: tuple[str, ...] = row(
        many(_SCOPE), "What is asked of the host's API in the viewer's name.", ["Files.Read"]
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
    records_from: str = row(_WORD, "Another connection that reads this one's records.", "", example="crm")
    fields: Mapping[str, Mapping[str, str]] = row(
        table(table(_FIELD, {}), {"lead_score": {"industry": "Industry"}}),
        "For each capability: features whose field has another name in this host.",
        {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """`[admin]`: who looks after this deployment. Anybody else is let in by: inlay admin link"""

    one_click: bool = row(FLAG, "Whether whoever reaches us is let in; only on a machine of one's own.", False)
    sign_in: str = row(_WORD, "The connection of an OpenID provider that admins sign in through.", "", example="crm")
    roles: Mapping[str, str] = row(
        table(choice("operator", "connection-admin", "auditor", "designer"), {"248289761001": "operator"}),
        "Each admin's role, by the subject that the provider calls them.",
        {},
    )
    only: Mapping[str, tuple[str, ...]] = row(
        table(many(_WORD, 1), {"248289761001": ["crm"]}),
        "The only connections of an admin, by the same subject; nobody here looks after all.",
        {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, read once. Ask for them by name: `settings.connections["crm"].origins`."""

    server: ServerSettings
    store: StoreSettings
    cores: Mapping[str, CoreSettings]
    capabilities: Mapping[str, CapabilitySettings]
    connections: Mapping[str, ConnectionSettings]
    admin: AdminSettings = field(default_factory=AdminSettings)

    def __hash__(self) -> int:
        families = (self.cores, self.capabilities, self.connections)
        return hash((self.server, self.store, self.admin, *(tuple(each.values()) for each in families)))

    @classmethod
    def load(cls, path: str | Path) -> Settings:
        """Read a file. Raises ConfigError with every problem found."""
        path = Path(path)
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            mend = "Name a file that is there, or write one with: inlay init"
            raise ConfigError([Problem(str(path), f"The file cannot be read: {why}.", mend)]) from error
        return cls.parse(content, str(path), path.resolve().parent)

    @classmethod
    def parse(cls, content: str, where: str = "inlay.toml", folder: Path | None = None) -> Settings:
        """Read a text. Relative paths in it start at `folder`, which is the working directory by default."""
        reader = Reader(content, where, folder or Path.cwd())
        if reader.problems:  # not TOML: every section would only be missed
            raise ConfigError(reader.problems)
        for key in reader.tree:
            if key not in SECTIONS:
                reader.unknown((key,), list(SECTIONS), "section")
        settings = cls(
            server=reader.section(ServerSettings, reader.tree.get("server", {}), "server"),
            store=reader.section(StoreSettings, reader.tree.get("store", {}), "store"),
            cores=reader.sections(CoreSettings, "cores"),
            capabilities=reader.sections(CapabilitySettings, "capabilities"),
            connections=reader.sections(ConnectionSettings, "connections"),
            admin=reader.section(AdminSettings, reader.tree.get("admin", {}), "admin"),
        )
        check(settings, reader)
        if reader.problems:
            raise ConfigError(reader.problems)
        return settings


SECTIONS: Mapping[str, type] = {
    "server": ServerSettings,
    "store": StoreSettings,
    "cores": CoreSettings,
    "capabilities": CapabilitySettings,
    "connections": ConnectionSettings,
    "admin": AdminSettings,
}
