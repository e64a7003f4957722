"""The session as a value, and as the claims of the bearer token that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.errors import SessionInvalid
from app.launch import Attest, Record, Viewer

SESSION_LIFE_S = 8 * 3600.0  # absolute: no renewal goes past it
Mode = Literal["frame", "element"]


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
        return self.opened_at + SESSION_LIFE_S


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
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SessionInvalid(reason="token-malformed") from error
