"""A git repository in a folder of plain files: which commits lie beyond what is checked out.

Read by the formats that git documents (gitformat-pack, gitrepository-layout), without git: a
repository's settings can name programs that git would start.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Repository"]

_HASH = re.compile(r"[0-9a-f]{40}")
_MOST = 20_000  # objects; a larger repository is not read
_COMMIT, _OFFSET, _NAMED = 1, 6, 7


@dataclass(frozen=True)
class Repository:
    """What lies in ``.git/``.

    Attributes
    ----------
    files : mapping of str to bytes
        Files below it, by their path.
    """

    files: Mapping[str, bytes]

    @cached_property
    def commits(self) -> dict[str, str] | None:
        """Texts of all commits, also of lost ones; None where they cannot all be read."""
        found: dict[str, str] = {}
        try:
            for name, text in (*self._loose(), *self._packed()):
                found[name] = text
                if len(found) > _MOST:
                    return None
        except (zlib.error, struct.error, IndexError, KeyError, ValueError, RecursionError):
            return None
        return found

    @cached_property
    def refs(self) -> dict[str, str]:
        """Branches, tags and other names with what they point to."""
        found: dict[str, str] = {}
        for line in self._text("packed-refs").split("\n"):
            commit, _, name = line.partition(" ")
            if _HASH.fullmatch(commit) and name:
                found[name.strip()] = commit
        for path in self.files:
            if path.startswith("refs/") or path.endswith("_HEAD"):
                commit = self._text(path).strip()[:40]
                if _HASH.fullmatch(commit):
                    found[path] = commit
        return found

    @cached_property
    def head(self) -> str | None:
        """The commit that is checked out."""
        text = self._text("HEAD").strip()
        name = text.removeprefix("ref: ")
        return self.refs.get(name) if name != text else text or None

    @cached_property
    def own(self) -> frozenset[str] | None:
        """The commit that is checked out and all before it; None where that is not known."""
        if self.commits is None or self.head not in self.commits:
            return None
        seen: set[str] = set()
        waiting = [self.head]
        while waiting:
            commit = waiting.pop()
            if commit not in seen and commit in self.commits:
                seen.add(commit)
                waiting += re.findall(
                    r"^parent ([0-9a-f]{40})$", self._before(commit), re.MULTILINE
                )
        return frozenset(seen)

    @property
    def is_all_own(self) -> bool:
        """Whether there is no commit beyond what is checked out."""
        return self.own is not None and self.commits is not None and self.own >= set(self.commits)

    def names_beyond(self) -> set[str]:
        """Names by which a commit beyond it can be asked for: ``v1.1``, ``origin/main``."""
        own = self.own
        if own is None:
            return set()
        found = set()
        for name, commit in self.refs.items():
            if commit not in own and not self._is_tag_of_own(commit):
                short = re.sub(r"^refs/(?:heads|tags|remotes)/", "", name)
                found |= {name, short}
        return found

    def remotes(self) -> dict[str, str]:
        """Addresses of other repositories, by their names."""
        found, name = {}, ""
        for line in self._text("config").split("\n"):
            if head := re.match(r'\s*\[remote "([^"]+)"\]', line):
                name = head[1]
            elif line.strip().startswith("["):
                name = ""
            elif name and (url := re.match(r"\s*url\s*=\s*(\S+)", line)):
                found[name] = url[1]
        return found

    def _before(self, commit: str) -> str:
        return (self.commits or {})[commit].partition("\n\n")[0]

    def _is_tag_of_own(self, name: str) -> bool:
        """Whether an annotated tag names a commit of one's own."""
        data = self.files.get(f"objects/{name[:2]}/{name[2:]}")
        try:
            text = zlib.decompress(data)[:200] if data else b""
        except zlib.error:
            return False
        found = re.search(rb"^(?:tag \d+\0)?object ([0-9a-f]{40})", text)
        return bool(found and self.own and found[1].decode() in self.own)

    def _text(self, path: str) -> str:
        return self.files[path].decode("utf-8", "replace") if path in self.files else ""

    def _loose(self) -> Iterator[tuple[str, str]]:
        for path in self.files:
            if re.fullmatch(r"objects/[0-9a-f]{2}/[0-9a-f]{38}", path):
                data = self.files[path]
                if zlib.decompressobj().decompress(data, 8).startswith(b"commit "):
                    body = zlib.decompress(data).partition(b"\0")[2]
                    yield path[8:].replace("/", ""), body.decode("utf-8", "replace")

    def _packed(self) -> Iterator[tuple[str, str]]:
        for path in self.files:
            if path.startswith("objects/pack/") and path.endswith(".idx"):
                pack = self.files[path.removesuffix(".idx") + ".pack"]
                places = _places(self.files[path])
                for name, place in places.items():
                    kind, text = _object(pack, place, places)
                    if kind == _COMMIT:
                        yield name, text.decode("utf-8", "replace")


def _places(index: bytes) -> dict[str, int]:
    """Objects of a pack by name, from its index (version 2)."""
    if index[:8] != b"\xfftOc\x00\x00\x00\x02":
        raise ValueError("another version")
    count = struct.unpack(">I", index[8 + 255 * 4 : 8 + 256 * 4])[0]
    if count > _MOST:
        raise ValueError("too many")
    names, offsets = 8 + 1024, 8 + 1024 + 24 * count
    return {
        index[names + 20 * k : names + 20 * k + 20].hex(): struct.unpack(
            ">I", index[offsets + 4 * k : offsets + 4 * k + 4]
        )[0]
        for k in range(count)
    }


def _object(pack: bytes, place: int, places: Mapping[str, int]) -> tuple[int, bytes]:
    """Kind and content of a packed object; content of commits alone."""
    at = place
    kind = pack[at] >> 4 & 7
    while pack[at] & 0x80:
        at += 1
    at += 1
    if kind == _OFFSET:
        back = pack[at] & 0x7F
        while pack[at] & 0x80:
            at += 1
            back = (back + 1) << 7 | pack[at] & 0x7F
        base = _object(pack, place - back, places)
        at += 1
    elif kind == _NAMED:
        base = _object(pack, places[pack[at : at + 20].hex()], places)
        at += 20
    else:
        return kind, zlib.decompressobj().decompress(pack[at:]) if kind == _COMMIT else b""
    if base[0] != _COMMIT:
        return base[0], b""
    return base[0], _patched(base[1], zlib.decompressobj().decompress(pack[at:]))


def _patched(base: bytes, delta: bytes) -> bytes:
    """A base with the changes of a delta."""
    at = 0
    for _ in range(2):  # two sizes
        while delta[at] & 0x80:
            at += 1
        at += 1
    found = bytearray()
    while at < len(delta):
        told = delta[at]
        at += 1
        if not told & 0x80:
            found += delta[at : at + told]
            at += told
            continue
        values = [0, 0]
        for bit in range(7):
            if told & 1 << bit:
                which, shift = (0, bit) if bit < 4 else (1, bit - 4)
                values[which] |= delta[at] << 8 * shift
                at += 1
        start, size = values[0], values[1] or 0x10000
        found += base[start : start + size]
    return bytes(found)
