"""What an org sends when a record changed: outbound messages (SOAP), and a flow's HTTP callout (JSON).

Neither can sign. An outbound message can set no header, so its address ends in a token; a flow's callout sends it in a
header of its named credential. Both must name the org.
https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-wsdl.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

from app.config import ConnectionSettings
from app.errors import BadRequest
from app.hosts._event_forms import EventForm, HostEvent, Shown
from app.hosts.salesforce.ids import is_id, is_name, long_id, same_id
from app.launch import MAX_RECORDS, Record

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OUT = "http://soap.sforce.com/2005/09/outbound"
_OBJECT = "urn:sobject.enterprise.soap.sforce.com"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MAX_NOTIFICATIONS = 100  # of one message, by the vendor's schema
# An org sends what was not acknowledged again for 24 hours.
REPEATS_S = 25 * 3600.0
ACK = (
    f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Body>'
    f'<notificationsResponse xmlns="{_OUT}"><Ack>true</Ack></notificationsResponse>'
    "</soapenv:Body></soapenv:Envelope>"
).encode()
_NO_MESSAGE = "This is no outbound message: a SOAP envelope with notifications."
_NO_EVENT = 'A flow sends {"organization": "00D...", "records": ["Lead/00Q..."]}.'


def read_message(body: bytes) -> HostEvent:
    """An outbound message. What else it carries (fields, a session id) is not looked at. Raises BadRequest."""
    said = _envelope(body).find(f"{{{_SOAP}}}Body/{{{_OUT}}}notifications")
    if said is None:
        raise BadRequest(_NO_MESSAGE, reason="event-malformed")
    organisation = said.findtext(f"{{{_OUT}}}OrganizationId", "")
    told = said.findall(f"{{{_OUT}}}Notification")
    if not 0 < len(told) <= MAX_NOTIFICATIONS or not is_id(organisation):
        raise BadRequest(_NO_MESSAGE, reason="event-malformed")
    return HostEvent(organisation, tuple(pair for each in told for pair in _notification(each)))


def read_callout(body: bytes) -> HostEvent:
    """A flow's callout, whose body an admin has put together. Raises BadRequest."""
    try:
        said = json.loads(body)
        organisation, named = said["organization"], said["records"]
        records = [_record(*str(each).split("/")) for each in dict.fromkeys(named)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest(_NO_EVENT, reason="event-malformed") from error
    if not is_id(organisation) or isinstance(named, str) or not 0 < len(records) <= MAX_RECORDS:
        raise BadRequest(_NO_EVENT, reason="event-malformed")
    return HostEvent(organisation, tuple(("", each) for each in records))


def is_ours(connection: ConnectionSettings, organisation: str) -> bool:
    """Whether the org is the connection's; of a connection that names none, nobody's is."""
    return bool(connection.issuer) and same_id(organisation, connection.issuer)


def _envelope(body: bytes) -> etree._Element:
    """A DTD is refused: SOAP forbids it, entities need it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadRequest(_NO_MESSAGE, reason="event-malformed") from error
    if root.tag != f"{{{_SOAP}}}Envelope" or root.getroottree().docinfo.internalDTD is not None:
        raise BadRequest(_NO_MESSAGE, reason="event-malformed")
    return root


def _notification(told: etree._Element) -> Iterator[tuple[str, Record]]:
    """Its name and record; nothing of a record that was deleted before it was told, which has no data any more."""
    name = told.findtext(f"{{{_OUT}}}Id", "")
    sobject = told.find(f"{{{_OUT}}}sObject")
    if not is_id(name):
        raise BadRequest(_NO_MESSAGE, reason="event-malformed")
    if sobject is None or (found := sobject.findtext(f"{{{_OBJECT}}}Id")) is None:
        return
    try:
        yield name, _record(str(sobject.get(_XSI_TYPE, "")).rpartition(":")[2], found)
    except ValueError as error:
        raise BadRequest(_NO_MESSAGE, reason="event-malformed") from error


def _record(*parts: Any) -> Record:
    kind, name = parts
    if not is_name(kind) or not is_id(name):
        raise ValueError("not a record")
    return Record(kind, long_id(name))


MESSAGE = EventForm(
    shown=Shown.ADDRESS,
    media_types=frozenset({"text/xml", "application/soap+xml"}),
    read=read_message,
    is_ours=is_ours,
    answer=ACK,
    repeats_s=REPEATS_S,
)
CALLOUT = EventForm(
    shown=Shown.HEADER,
    media_types=frozenset({"application/json"}),
    read=read_callout,
    is_ours=is_ours,
    repeats_s=REPEATS_S,
)
EVENTS = (MESSAGE, CALLOUT)
