"""Which network addresses may be fetched from: the public ones.

A name is resolved here, each address is judged, and the connection goes to the very address that
was judged: a second look-up, which could answer otherwise, never happens.
"""

from __future__ import annotations

import ipaddress
import socket
import threading

from retrieval.errors import SourceError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_TUNNELS = (
    ipaddress.ip_network("2002::/16"),  # 6to4, RFC 3056
    ipaddress.ip_network("2001::/32"),  # Teredo, RFC 4380
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 for local use, RFC 8215
    ipaddress.ip_network("::/96"),  # IPv4-compatible, RFC 4291
)


def is_public(address: IPAddress) -> bool:
    """Whether `address` is one that anybody on the internet may reach.

    An IPv4 address inside an IPv6 one (mapped, or behind NAT64) is judged itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.scope_id or address.is_site_local or any(address in net for net in _TUNNELS):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def resolve(host: str, port: int, *, seconds: float, allow_private: bool) -> list[str]:
    """The addresses of `host` that may be connected to.

    Raises:
        SourceError: there is no such host, the look-up takes too long, or all its addresses are
            private.
    """
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(answer[4][0]) for answer in answers)
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)  # getaddrinfo knows no time limit
    thread.start()
    thread.join(seconds)
    if failed or not (found or thread.is_alive()):
        raise SourceError(f"there is no host {host}") from (failed[0] if failed else None)
    if not found:
        raise SourceError(f"the name {host} was not resolved within {seconds:.3g} s")
    addresses = list(dict.fromkeys(found))
    if allow_private:
        return addresses
    public = [address for address in addresses if is_public(ipaddress.ip_address(address))]
    if not public:
        raise SourceError(
            f"{host} is at the private address {addresses[0]}: it is not fetched unless private "
            "addresses are allowed"
        )
    return public
