"""Where our own calls may go: to the address of a partner's host that was looked at, and was found fit.

A name may lead anywhere. So it is looked up once, every address it has is judged, and the call goes to one of
those and not to what the name leads to a moment later.
"""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PORTS: Final = {"https": 443, "http": 80}
_LOOKED_UP_SECONDS: Final = 5.0

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Failed(Exception):
    """A call came to nothing; `code` says why, for the records. `status` is the partner's answer, if any."""

    def __init__(self, code: str, status: int | None = None) -> None:
        self.code, self.status = code, status
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where our calls may go. `networks`: private ones that a partner may be in; `loopback`: this very
    machine, by plain HTTP, for the demonstration; `ca`: a file of certificates to trust instead of the
    machine's.
    """

    networks: tuple[Network, ...] = ()
    loopback: bool = False
    ca: Path | None = None


def origin_of(url: str) -> str:
    """Scheme, host and port of an address in one spelling. ValueError when it has none, or a user name."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("no address that can be called")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or PORTS[parts.scheme]}"


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a host, each once. Raises Failed."""
    pool = ThreadPoolExecutor(1)
    try:
        asked = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = asked.result(timeout=_LOOKED_UP_SECONDS)
    except (OSError, TooSlow, UnicodeError):
        raise Failed("no_address") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))


def refuse_elsewhere(scheme: str, addresses: Sequence[Address], reach: Reach) -> None:
    """Refuse to call a partner at an address that is not a public one, unless that was configured."""
    if not addresses:
        raise Failed("no_address")
    for address in addresses:
        plain = _plain(address)
        if reach.loopback and plain.is_loopback:
            continue
        if scheme != "https":
            raise Failed("not_https")
        if any(plain.version == network.version and plain in network for network in reach.networks):
            continue
        if not plain.is_global or plain.is_multicast:
            raise Failed("private_address")


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one may only be another spelling of."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


_NAT64: Final = IPv6Network("64:ff9b::/96")
