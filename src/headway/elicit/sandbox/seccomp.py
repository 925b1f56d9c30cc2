"""A filter of system calls, for what namespaces do not close.

Sockets of kinds that have no network namespace (``AF_VSOCK`` reaches the host of a virtual
machine), the kernel's key rings, and io_uring, which would open sockets past the filter.
Source: the kernel's ``Documentation/userspace-api/seccomp_filter.rst``.
"""

from __future__ import annotations

import os
import sys

__all__ = ["program"]

_LOAD, _JUMP_EQ, _JUMP_GE, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink

# Machine -> (architecture of the filter, number of socket(2), numbers refused). io_uring, bpf and
# their like are new enough to have one number everywhere.
_NEW = (425, 426, 427)  # io_uring_setup, io_uring_enter, io_uring_register
_MACHINES = {
    # add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd
    "x86_64": (0xC000003E, 41, (248, 249, 250, 298, 321, 323)),
    "aarch64": (0xC00000B7, 198, (217, 218, 219, 241, 280, 282)),
}


def program() -> bytes | None:
    """The filter as bubblewrap reads it; None for a machine whose numbers we do not know."""
    known = _MACHINES.get(os.uname().machine)
    if known is None:
        return None
    architecture, socket, refused = known
    lines = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQ, 1, 0, architecture),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_LOAD, 0, 0, 0),
        # Numbers from here on are those of x32, a second face of the same calls.
        (_JUMP_GE, 0, 1, 0x40000000),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
    ]
    for numbers, error in ((refused, _EPERM), (_NEW, _ENOSYS)):
        for number in numbers:
            lines += [(_JUMP_EQ, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]
    lines += [(_JUMP_EQ, 1, 0, socket), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, 16)]
    for family in _FAMILIES:
        lines += [(_JUMP_EQ, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    lines += [(_RETURN, 0, 0, _ERRNO | _EAFNOSUPPORT)]
    return b"".join(_line(*line) for line in lines)


def _line(code: int, yes: int, no: int, value: int) -> bytes:
    """``struct sock_filter``."""
    order = sys.byteorder
    return code.to_bytes(2, order) + bytes((yes, no)) + value.to_bytes(4, order)
