"""The table of settings: every one with its kind, its sentence and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from limits import RateLimitItem

from app.config.alerts import AlertSettings
from app.config.broker import BrokerSettings
from app.config.capability import CapabilitySettings
from app.config.checks import check
from app.config.connection import ConnectionSettings
from app.config.core import CoreSettings
from app.config.kinds import (
    DURATION,
    FLAG,
    NETWORK,
    ORIGIN,
    RATE,
    REGION,
    WORD,
    choice,
    integer,
    many,
    table,
    text,
)
from app.config.reader import Reader, row
from app.config.references import FILE, PATH, REDIS, STORE, Secret, beside, secret
from app.config.retention import RETENTION, Retention
from app.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """`[server]`: this deployment."""

    public_url: str = row(ORIGIN, "The origin that browsers reach us by.", example="https://inlay.example.com")
    keys: tuple[Secret, ...] = row(many(secret(32), least=1), "Deployment secrets of 32 bytes or more, newest first.")
    bind: str = row(text("127.0.0.1"), "The address that we listen on.", "127.0.0.1")
    port: int = row(integer(1, 65535), "The port that we listen on.", 8000)
    workers: int = row(integer(0, 256), "Worker processes; 0 means one for each core of the machine.", 0)
    threads: int = row(integer(1, 256), "Threads of each worker.", 8)
    drain: float = row(DURATION, "How long we still answer, unready, once we are told to end.", "2s")
    jobs: bool = row(FLAG, "Whether inlay serve runs background jobs too; false where inlay worker does.", True)
    job_threads: int = row(integer(1, 64), "Threads of each lane of background jobs, in each process.", 1)
    trusted_proxies: int = row(integer(0, 8), "How many proxies of yours stand in front of us.", 0)
    tls_certificate: Path | None = row(PATH, "The chain, when we speak TLS ourselves.", None)  # noqa: RUF009 makes a field
    tls_key: Path | None = row(PATH, "The certificate's private key.", None)  # noqa: RUF009 makes a field
    compression: bool = row(FLAG, "Whether answers are compressed here.", True)
    preview: bool = row(FLAG, "Whether designers' preview is shown at /preview, to all who reach us.", False)
    region: str = row(REGION, "Where this deployment runs; connections and cores must agree.", "", example="eu")
    limit_refused: RateLimitItem = row(RATE, "Refusals of one address, until it has to wait.", "600/minute")  # noqa: RUF009 makes a field
    allow_private: tuple[str, ...] = row(
        many(NETWORK), "Private hosts or networks that we may call, such as a core on this machine.", []
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """`[store]`: the database, and what makes it faster."""

    # a PostgreSQL URL that came by reference may hold a password
    url: str = row(STORE, "The database; a URL with a password goes by reference.", "sqlite:///inlay.db", shown=False)
    key_store: str = row(
        STORE,
        "The database of the keys of the people that scores are about; never the main one, and best on another server. "
        'By default beside the main one, with "-keys" to its name.',
        "",
        example="sqlite:///inlay-keys.db",
        shown=False,
    )
    key_backups: float = row(DURATION, "How long a backup of the key store is kept: so long an erasure takes.", "7d")
    kms_key: str = row(
        text("arn:aws:kms:eu-central-1:111122223333:key/1234", r"[A-Za-z0-9:/_-]{0,2048}"),
        "The AWS KMS key that wraps those keys; empty: the keys of [server].",
        "",
    )
    redis: str = row(REDIS, "A Redis that several nodes share scores by; losing it loses nothing.", "", shown=False)
    memory_mb: int = row(integer(1, 65_536), "Megabytes of scores that each worker remembers at most.", 64)
    seal_every: float = row(DURATION, "How often what the audit wrote is sealed against changes.", "5m")
    anchors: Path = row(FILE, "Where seals are noted outside the database, for verify.", "inlay-anchors.jsonl")  # noqa: RUF009 makes a field
    retention: Mapping[str, Retention] = row(
        RETENTION, "How long audit rows of no connection are kept, by family; others: for ever.", {}
    )

    @property
    def keys_url(self) -> str:
        """The key store, also where the configuration leaves it to us."""
        return self.key_store or beside(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """`[admin]`: who looks after this deployment. Anybody else is let in by: inlay admin link"""

    one_click: bool = row(FLAG, "Whether whoever reaches us is let in; only on a machine of one's own.", False)
    sign_in: str = row(WORD, "The connection of an OpenID provider that admins sign in through.", "", example="crm")
    roles: Mapping[str, str] = row(
        table(choice("operator", "connection-admin", "auditor", "designer"), {"248289761001": "operator"}),
        "Each admin's role, by the subject that the provider calls them.",
        {},
    )
    only: Mapping[str, tuple[str, ...]] = row(
        table(many(WORD, 1), {"248289761001": ["crm"]}),
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
    file: Path = field(default=Path("inlay.toml"), compare=False)  # what it was read from, or would be
    alerts: AlertSettings = field(default_factory=AlertSettings)
    brokers: Mapping[str, BrokerSettings] = field(default_factory=dict)

    def __hash__(self) -> int:
        families = (self.cores, self.capabilities, self.connections, self.brokers)
        return hash((self.server, self.store, self.admin, self.alerts, *(tuple(each.values()) for each in families)))

    def homes(self, connection: ConnectionSettings) -> dict[str, str]:
        """Where a connection's data is and goes: each place with its region, which is empty where nobody says it."""
        asked = [self.capabilities[each] for each in connection.capabilities or () if each in self.capabilities]
        homes = {f"connection {connection.name}": connection.region, "the server": self.server.region}
        if source := self.connections.get(connection.records_from or ""):
            homes[f"connection {source.name}"] = source.region
        homes |= {
            f"broker {each.name}": each.region for each in self.brokers.values() if each.name == connection.broker
        }
        cores = {core for each in asked for core in each.cores if core in self.cores}
        return homes | {f"core {core}": self.cores[core].region for core in sorted(cores)}

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
        """Read a text. Relative paths in it start at `folder`, which is the working directory by default. Raises
        ConfigError with every problem found."""
        folder = folder or Path.cwd()
        reader = Reader(content, where, folder)
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
            file=folder / Path(where).name,
            alerts=reader.section(AlertSettings, reader.tree.get("alerts", {}), "alerts"),
            brokers=reader.sections(BrokerSettings, "brokers"),
        )
        check(settings, reader)
        if reader.problems:
            raise ConfigError(reader.problems)
        return settings


def store_of(path: Path) -> StoreSettings:
    """`[store]` alone, of a file whose rest need not hold yet. Raises ConfigError."""
    try:
        reader = Reader(path.read_text(encoding="utf-8"), str(path), path.resolve().parent)
    except (OSError, UnicodeDecodeError):
        Settings.load(path)  # which says why not
        raise
    settings = reader.section(StoreSettings, reader.tree.get("store", {}), "store")
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
    "alerts": AlertSettings,
    "brokers": BrokerSettings,
}
