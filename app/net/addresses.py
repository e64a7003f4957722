"""Which addresses we may call: the public internet, and what the configuration names besides."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# Of IPv6 only this block is handed out to the public internet; all the rest is local, special or unassigned.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # an IPv4 address in its last 32 bits (RFC 6052)


@dataclass(frozen=True, slots=True)
class AddressRule:
    """The private-address rule. It judges the address that a socket is connected to, never a name:
    a name can answer one address to a check and another to the call after it."""

    hosts: frozenset[str] = frozenset()  # "crm.internal" or "crm.internal:8443", as URLs write them
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AddressRule:
        """Read entries that are a host, a host:port, or a CIDR block. A bare address is a block of one."""
        hosts, networks = set(), []
        for entry in entries:
            text = entry.strip().lower()
            try:
                networks.append(ipaddress.ip_network(text.strip("[]")))
            except ValueError:
                if "/" in text:  # meant as a block; as a host's name it would never match anything
                    raise ValueError(f"{entry!r} is not a CIDR block.") from None
                hosts.add(text)
        return cls(frozenset(hosts), tuple(networks))

    def allows(self, host: str, port: int, address: str) -> bool:
        """May we talk to `address`, to which `host` (as the URL has it) and `port` led?"""
        peer = _innermost(ipaddress.ip_address(address))
        if is_public(peer) or any(peer in network for network in self.networks):
            return True
        name = host.lower().strip("[]").rstrip(".")
        written = f"[{name}]" if ":" in name else name
        return not self.hosts.isdisjoint({name, f"{written}:{port}"})


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Is it an address of the public internet: not private, shared, local, multicast or reserved?"""
    address = _innermost(address)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it does: mapped, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
