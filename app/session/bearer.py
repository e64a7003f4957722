"""The session as a value, and as the claims of the bearer token that carries it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.errors import BadRequest, SessionInvalid
from app.keys import MAX_TOKEN, Keyring
from app.launch import Attest, Launch, Record, Viewer

SESSION_LIFE_S = 8 * 3600.0  # absolute: no renewal goes past it
TOKEN_LIFE_S = 600.0
Mode = Literal["frame", "element"]
_TYP = "inlay-session"
# What tokens leave out, because it is in most of them. For ever: a token that was signed with another cannot be read,
# and while nodes are upgraded one by one, each reads the tokens of all.
LIKELY = (
    b'Europe/BerlinAmerica/New_YorkUTC"de","en_US","rol":["all"],"org":"https://","fld":["Lead/Account/Contact/Document/'
    b'{"sid":"","con":"","sub":"","nam":"","loc":"en","tz":"UTC","rol":[],"org":"","cmp":"document-sidebarscore-badge",'
    b'"rec":[""],"att":["origin","record","viewer"],"mod":"elementframe","opn":1,"exp":1'
)


@dataclass(frozen=True, slots=True)
class Session:
    """Who may see what, from where, until when. Times are seconds since the epoch."""

    id: str
    connection: str
    viewer: Viewer
    origin: str
    component: str
    records: tuple[Record, ...]
    attests: frozenset[Attest]
    mode: Mode
    opened_at: float
    expires_at: float
    fields: frozenset[str] | None = None  # the fields that the launch says the viewer may see; None: it does not say
    carried: frozenset[Record] = frozenset()  # the records whose features came with the launch

    @property
    def attested_record(self) -> bool:
        """The launch itself proved the record; else the host is asked."""
        return Attest.RECORD in self.attests

    @property
    def ends_at(self) -> float:
        """When it is over, in seconds since the epoch."""
        return self.opened_at + SESSION_LIFE_S

    def renewed(self, now: float) -> Session:
        """The same with another token's life from now on, within its own."""
        return replace(self, expires_at=min(now + TOKEN_LIFE_S, self.ends_at))


@dataclass(frozen=True, slots=True)
class HostIdentity:
    """The viewer's own token at the host, and where to speak it."""

    token: str
    url: str
    signed_in: bool = False  # the host's API takes it as it is; else it came with a launch

    def __repr__(self) -> str:
        return f"HostIdentity(url={self.url!r})"


def opened(launch: Launch, connection: str, component: str, mode: Mode, now: float) -> Session:
    """A new session of all that the launch proved."""
    return Session(
        id=secrets.token_urlsafe(12),
        connection=connection,
        viewer=launch.viewer,
        origin=launch.origin,
        component=component,
        records=launch.records,
        attests=launch.attests,
        mode=mode,
        opened_at=now,
        expires_at=now + TOKEN_LIFE_S,
        fields=launch.fields,
        carried=frozenset(Record.parse(name) for name in launch.features),
    )


def signed(session: Session, keys: Keyring) -> str:
    """The token that carries the session. Raises BadRequest for one that would be longer than is taken."""
    token = keys.sign(write(session), _TYP, LIKELY)
    if len(token) > MAX_TOKEN:
        raise BadRequest("The records of this launch are too many, or their ids too long.", reason="token-too-long")
    return token


def verified(token: str, keys: Keyring, now: float) -> Session:
    """The session of a token of ours, still valid at `now`. Raises SessionInvalid, SessionExpired."""
    return read(keys.verify(token, _TYP, now, LIKELY))


def write(session: Session) -> dict[str, Any]:
    """The claims of the session's token."""
    viewer = session.viewer
    claims = {
        "sid": session.id,
        "con": session.connection,
        "sub": viewer.subject,
        "nam": viewer.name,
        "loc": viewer.locale,
        "tz": viewer.timezone,
        "rol": list(viewer.roles),
        "org": session.origin,
        "cmp": session.component,
        "rec": [str(record) for record in session.records],
        "att": sorted(session.attests),
        "mod": session.mode,
        "opn": session.opened_at,
        "exp": session.expires_at,
    }
    if session.fields is not None:
        claims["fld"] = sorted(session.fields)
    if session.carried:  # places in the list of records: a record's name is long
        claims["car"] = [n for n, record in enumerate(session.records) if record in session.carried]
    return claims


def read(claims: Mapping[str, Any]) -> Session:
    """The session that verified claims name. Raises SessionInvalid."""
    try:
        records = tuple(Record(*text.split("/", 1)) for text in claims["rec"])
        return Session(
            id=claims["sid"],
            connection=claims["con"],
            viewer=Viewer(claims["sub"], claims["nam"], claims["loc"], claims["tz"], tuple(claims["rol"])),
            origin=claims["org"],
            component=claims["cmp"],
            records=records,
            attests=frozenset(Attest(each) for each in claims["att"]),
            mode=claims["mod"],
            opened_at=claims["opn"],
            expires_at=claims["exp"],
            fields=frozenset(claims["fld"]) if "fld" in claims else None,
            carried=frozenset(records[n] for n in claims.get("car", ())),
        )
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise SessionInvalid(reason="token-malformed") from error


def for_work(session_id: str, connection: str, viewer: str, component: str, opened_at: float) -> Session:
    """A session for work that goes on when nobody looks: who it is of, and nothing that it may see."""
    return Session(
        id=session_id,
        connection=connection,
        viewer=Viewer(viewer),
        origin="",
        component=component,
        records=(),
        attests=frozenset(),
        mode="frame",
        opened_at=opened_at,
        expires_at=opened_at + SESSION_LIFE_S,
    )
