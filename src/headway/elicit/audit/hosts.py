"""Names of machines in addresses, and which of them are this one."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

__all__ = ["host_of", "is_here"]

_HERE = {"localhost", "ip6-localhost", "0.0.0.0", "::", "::1", "127.0.0.1"}  # noqa: S104
_SSH = re.compile(r"^[\w.-]+@([\w.-]+):")


def host_of(address: str) -> str:
    """The machine that an address names; empty where it names none that is known."""
    if found := _SSH.match(address):
        return found[1].lower()
    text = address if "://" in address or address.startswith("//") else f"//{address}"
    try:
        host = (urlsplit(text).hostname or "").lower()
    except ValueError:
        return ""
    # Of a name whose first labels are computed, what is known of it if that names a domain.
    computed = re.search(r".*(?:[{}$()]|\$\w+)[\w]*[.-]", host)
    if computed:
        host = host[computed.end() :]
        return host if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host) else ""
    return host if re.fullmatch(r"[\w.:-]+", host) else ""


def is_here(host: str) -> bool:
    """Whether it is this machine."""
    if host in _HERE or host.endswith(".localhost") or re.fullmatch(r"127(?:\.\d+)+", host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
