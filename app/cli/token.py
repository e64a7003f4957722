"""`inlay token`: a launch by hand, for trying an embed."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import click

from app.cli._config import CONFIG, CONNECTION, load, named, words
from app.config import ConnectionSettings, Settings
from app.errors import BadRequest, ConfigError, Problem
from app.hosts import HOSTS
from app.launch import MAX_RECORDS, Record

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_JWT = "urn:ietf:params:oauth:token-type:jwt"


@click.command()
@CONFIG
@CONNECTION
@click.option("--viewer", required=True, help="Who looks, by the host's id.")
@click.option("--record", "records", required=True, multiple=True, help="At what, as type/id; may be repeated.")
@click.option("--component", required=True, help="The component to open.")
@click.option("--key", "kid", default="", help="The shared key, by its kid.  [default: the first]")
@click.option("--origin", default="", help="The page that embeds.  [default: the connection's first]")
@click.option("--curl", is_flag=True, help="Print a command that exchanges it for a session.")
def token(
    path: Path, name: str, viewer: str, records: tuple[str, ...], component: str, kid: str, origin: str, curl: bool
) -> None:
    """Sign a launch with the connection's shared key, and print it: it works once, for five minutes."""
    settings = load(path)
    with words():
        connection = named(settings, name)
        origin = origin or connection.origins[0]
        made = _signed(connection, viewer, _records(records), component, origin, kid)
    click.echo(_command(settings, name, made, origin, records, component) if curl else made)


def _signed(
    connection: ConnectionSettings, viewer: str, records: list[Record], component: str, origin: str, kid: str
) -> str:
    """Raises ConfigError when this connection would not take it."""
    where = f"[connections.{connection.name}]"
    host = HOSTS.get(connection.host)
    if host is None or host.sign is None:
        mend = "Use a connection whose host takes tokens that a backend signs."
        raise ConfigError([Problem(where, f"a launch of host {connection.host!r} cannot be signed here.", mend)])
    for word, value, listed in (
        ("component", component, connection.components),
        ("origin", origin, connection.origins),
    ):
        if value not in listed:
            raise ConfigError([Problem(where, f"{word} {value!r} is not listed.", f"Use one of: {', '.join(listed)}.")])
    return host.sign(connection, viewer, records, component, origin, kid, time.time())


def _records(names: tuple[str, ...]) -> list[Record]:
    try:
        records = [Record.parse(name) for name in names]
    except BadRequest as error:
        raise ConfigError([Problem("--record", "is not a record.", error.detail)]) from error
    if len(records) > MAX_RECORDS:
        raise ConfigError([Problem("--record", "is there too often.", f"A launch names at most {MAX_RECORDS}.")])
    return records


def _command(settings: Settings, name: str, made: str, origin: str, records: tuple[str, ...], component: str) -> str:
    fields = [
        ("grant_type", _GRANT),
        ("subject_token_type", _JWT),
        ("connection", name),
        ("component", component),
        *(("records", record) for record in records),
        ("subject_token", made),
    ]
    words_ = ["curl", "--silent", "--show-error", "--header", f"Origin: {origin}"]
    for key, value in fields:
        words_ += ["--data-urlencode", f"{key}={value}"]
    return shlex.join([*words_, f"{settings.server.public_url}/session"])
