"""Connecting to addresses that somebody configured, but not into the private network.

The names are looked up once, by the connection itself, and every address is checked then: a name that
leads elsewhere when it is asked again (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""All that is given out of IPv6; beyond it lie old site-local and translated addresses, which
`is_global` lets pass."""


class PrivateAddress(OSError):
    """A name leads into the private network."""


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's, also when it is wrapped into another kind."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(read, ipaddress.IPv6Address):
        inner = read.ipv4_mapped or read.sixtofour
        if read in _NAT64:
            inner = ipaddress.IPv4Address(read.packed[-4:])
        if read.teredo is not None:
            return False
        if inner is not None:
            read = inner
        elif read not in _GIVEN_OUT:
            return False
    return read.is_global and not read.is_multicast


def is_address(host: str) -> bool:
    """Whether a host is written as a number, so that no name is looked up."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # What only the system's library reads as a number (127.1, 0x7f000001) is one, too.
        try:
            socket.inet_aton(host)
        except OSError:
            return False
    return True


class PublicOnly(AbstractResolver):
    """Looks names up; PrivateAddress when any address of one is not public."""

    def __init__(self, lookup: AbstractResolver | None = None) -> None:
        self._lookup = lookup or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of a name; none is left out silently."""
        found = await self._lookup.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise PrivateAddress("the name leads into a private network")
        return found

    async def close(self) -> None:
        """End the look-ups."""
        await self._lookup.close()
