"""The private-address rule: what is public, and how exceptions are written."""

from __future__ import annotations

import ipaddress

import pytest

from app.net.addresses import AddressRule, is_public

FORBIDDEN = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",  # carrier-grade NAT
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",  # cloud metadata
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2001:db8::1",
    "2001::1",  # Teredo
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:a9fe:a9fe::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    assert not AddressRule().allows("example.com", 443, address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert AddressRule().allows("example.com", 443, address)


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "allowed"),
    [
        ("crm.internal", "crm.internal", 443, "10.0.0.1", True),
        ("CRM.internal", "crm.INTERNAL.", 443, "10.0.0.1", True),
        ("crm.internal", "evil.example", 443, "10.0.0.1", False),
        ("crm.internal", "x.crm.internal", 443, "10.0.0.1", False),
        ("crm.internal:8443", "crm.internal", 8443, "10.0.0.1", True),
        ("crm.internal:8443", "crm.internal", 443, "10.0.0.1", False),
        ("127.0.0.1:8002", "127.0.0.1", 8002, "127.0.0.1", True),
        ("127.0.0.1:8002", "127.0.0.1", 8003, "127.0.0.1", False),
        ("127.0.0.1:8002", "evil.example", 8002, "127.0.0.1", False),
        ("127.0.0.1", "evil.example", 80, "127.0.0.1", True),  # an address is a block of one
        ("[::1]:8002", "::1", 8002, "::1", True),
        ("[::1]", "[::1]", 80, "::1", True),
        ("10.0.0.0/8", "any.example", 443, "10.9.9.9", True),
        ("10.0.0.0/8", "any.example", 443, "::ffff:10.9.9.9", True),
        ("10.0.0.0/8", "any.example", 443, "192.168.0.1", False),
        ("fd00::/8", "any.example", 443, "fd00::7", True),
    ],
)
def test_exceptions_are_hosts_ports_and_blocks(entry: str, host: str, port: int, address: str, allowed: bool) -> None:
    assert AddressRule.parse([entry]).allows(host, port, address) is allowed


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "10.0.0.0/99", "crm.internal/path"])
def test_a_block_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="not a CIDR block"):
        AddressRule.parse([entry])
