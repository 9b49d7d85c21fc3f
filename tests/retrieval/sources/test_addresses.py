"""Which addresses may be fetched from."""

from __future__ import annotations

import ipaddress

import pytest

from retrieval.errors import SourceError
from retrieval.sources.addresses import is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),  # noqa: S104
        *("169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("fd12::1", "ff02::1", "2001:db8::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::"),
        *("2001::1", "2002:808:808::1"),
    ],
)
def test_private_addresses(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast, and these inside IPv6."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address: str) -> None:
    """Addresses that anybody may reach, also mapped or behind NAT64."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "::1"]
)
def test_every_spelling_of_loopback_is_seen_through(host: str) -> None:
    """The address that a name or number resolves to is judged, not how it is written."""
    with pytest.raises(SourceError):
        resolve(host, 80, seconds=5, allow_private=False)


def test_private_addresses_are_allowed_when_asked_for() -> None:
    """The person who runs it may allow them."""
    assert resolve("127.0.0.1", 80, seconds=5, allow_private=True) == ["127.0.0.1"]


def test_no_such_host() -> None:
    """A name that does not exist is told."""
    with pytest.raises(SourceError, match="there is no host"):
        resolve("no-such-host.invalid", 80, seconds=5, allow_private=False)
