"""Outbound messages as an org posts them, after the vendor's WSDL."""

from __future__ import annotations

ORG = "00DAB0000000001EAA"
_FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>{org}</OrganizationId>
   <ActionId>04kAB0000000001AAA</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/66.0/{org}</EnterpriseUrl>
   <PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/66.0/{org}</PartnerUrl>
   {notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>"""
_NOTIFICATION = """<Notification><Id>{name}</Id>
    <sObject xsi:type="sf:{kind}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{data}</sObject>
   </Notification>"""


def notification(name: str, record: str, kind: str = "Lead") -> str:
    data = f"<sf:Id>{record}</sf:Id><sf:Company>Acme &amp; Sons</sf:Company>" if record else ""
    return _NOTIFICATION.format(name=name, kind=kind, data=data)


def message(*notifications: str, org: str = ORG) -> bytes:
    return _FRAME.format(org=org, notifications="".join(notifications)).encode()
