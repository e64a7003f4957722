"""The CRM's records as hosts with other ids and other names of fields write them: the same rows, once more.

Fifteen letters and digits of an id count; as hexadecimal digits they are what both an instance's and an environment's
ids are made of, so nobody has to remember which is which.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence

from app.demo.crm.desk import Desk
from app.demo.crm.store import Lead, Value
from app.demo.crm.table import with_checksum
from app.demo.crm.tokens import Identity

ENVIRONMENT_TABLE, INSTANCE_TABLE = "lead", "u_lead"
_SHORT = re.compile(r"[A-Za-z0-9]{15}")


def digits(key: str) -> str:
    """32 hexadecimal digits for a record's id, as an instance has them."""
    return key[:15].encode().hex() + "00"


def dashed(key: str) -> str:
    """The same as a GUID, as an environment has them."""
    return str(uuid.UUID(digits(key)))


def key_of(text: str) -> str:
    """The record's id behind either; empty where there is none."""
    try:
        short = bytes.fromhex(text.replace("-", "").removesuffix("00")).decode("ascii")
    except ValueError:
        return ""
    return with_checksum(short) if _SHORT.fullmatch(short) else ""


def field(name: str) -> str:
    """A field's name there: in small letters."""
    return name.lower()


def found(desk: Desk, identity: Identity, ids: Sequence[str]) -> dict[str, Lead]:
    """Those of these ids that are there and may be seen."""
    leads = {each: desk.leads.get(key_of(each)) for each in ids}
    return {each: lead for each, lead in leads.items() if lead and identity.may_see_record(lead.id)}


def values(desk: Desk, identity: Identity, lead: Lead, names: Sequence[str]) -> Mapping[str, Value]:
    """Fields by their names there; null where they say nothing or may not be seen. What is no field is left out."""
    own = {field(name): name for name in reversed(desk.leads.columns)}
    return {
        name: desk.leads.value(lead, own[name]) if identity.may_see_field(own[name]) else None
        for name in names
        if name in own
    }
