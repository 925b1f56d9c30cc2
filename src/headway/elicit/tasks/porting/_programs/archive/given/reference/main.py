"""archive: several files in one, compressed and with checksums."""

import os
import stat
import struct
import sys
import zlib

MAGIC, END = b"ARK1", b"END."
METHODS = ("stored", "rle", "lz")
MOST = 1 << 24  # bytes of one entry
NEAREST, FARTHEST = 1, 4096
SHORTEST, LONGEST = 3, 18


class Wrong(Exception):
    """An error in the data: its class, and what it is about."""

    def __init__(self, kind, what):
        super().__init__(kind)
        self.kind, self.what = kind, what


class Usage(Exception):
    pass


# ---- methods of compression


def rle_pack(data):
    out, at, plain = bytearray(), 0, 0

    def flush(end):
        nonlocal plain
        while plain < end:
            n = min(128, end - plain)
            out.append(n - 1)
            out.extend(data[plain : plain + n])
            plain += n

    while at < len(data):
        run = 1
        while run < 130 and at + run < len(data) and data[at + run] == data[at]:
            run += 1
        if run < 3:
            at += run
            continue
        flush(at)
        out += bytes((run + 125, data[at]))
        at += run
        plain = at
    flush(at)
    return bytes(out)


def rle_unpack(data, size):
    out, at = bytearray(), 0
    while at < len(data):
        control = data[at]
        n = control + 1 if control < 128 else 1
        if at + 1 + n > len(data):
            raise ValueError
        piece = data[at + 1 : at + 1 + n]
        out += piece if control < 128 else piece * (control - 125)
        at += 1 + n
        if len(out) > size:
            raise ValueError
    if len(out) != size:
        raise ValueError
    return bytes(out)


def lz_match(data, at, places):
    """The longest match for what begins at `at`; of equally long ones the nearest."""
    best, distance = 0, 0
    most = min(LONGEST, len(data) - at)
    for place in reversed(places):
        if at - place > FARTHEST or best == most:
            break
        n = 0
        while n < most and data[place + n] == data[at + n]:
            n += 1
        if n > best:
            best, distance = n, at - place
    return best, distance


def lz_pack(data):
    out, at, places = bytearray(), 0, {}
    flags, bit = 0, 8
    while at < len(data):
        if bit == 8:
            flags, bit = len(out), 0
            out.append(0)
        best, distance = lz_match(data, at, places.get(data[at : at + SHORTEST], ()))
        if best >= SHORTEST:
            out += struct.pack("<H", (distance - NEAREST) << 4 | (best - SHORTEST))
            taken = best
        else:
            out[flags] |= 1 << bit
            out.append(data[at])
            taken = 1
        bit += 1
        for place in range(at, at + taken):
            places.setdefault(data[place : place + SHORTEST], []).append(place)
        at += taken
    return bytes(out)


def lz_unpack(data, size):
    out, at, flags, left = bytearray(), 0, 0, 0
    while at < len(data):
        if not left:
            flags, left = data[at], 8
            at += 1
            if at == len(data):
                raise ValueError
        if flags & 1:
            out.append(data[at])
            at += 1
        else:
            if at + 2 > len(data):
                raise ValueError
            (pair,) = struct.unpack_from("<H", data, at)
            distance, n = (pair >> 4) + NEAREST, (pair & 15) + SHORTEST
            if distance > len(out):
                raise ValueError
            for _ in range(n):
                out.append(out[-distance])
            at += 2
        flags, left = flags >> 1, left - 1
        if len(out) > size:
            raise ValueError
    if len(out) != size:
        raise ValueError
    return bytes(out)


def stored_unpack(data, size):
    return data


PACK = (bytes, rle_pack, lz_pack)
UNPACK = (stored_unpack, rle_unpack, lz_unpack)


# ---- entries


class Entry:
    def __init__(self, name, method, size, crc, packed):
        self.name, self.method, self.size, self.crc, self.packed = name, method, size, crc, packed

    def header(self):
        head = struct.pack("<BBHIII", self.method, 0, len(self.name), self.size, len(self.packed), self.crc)
        return head + self.name

    def content(self):
        try:
            data = UNPACK[self.method](self.packed, self.size)
        except ValueError:
            raise Wrong("damaged", self.name) from None
        if zlib.crc32(data) != self.crc:
            raise Wrong("checksum", self.name)
        return data


def check_name(name):
    """Names are relative paths that stay below the folder in which they are unpacked."""
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("unsafe", name) from None
    if not 1 <= len(name) <= 255 or any(byte < 32 or byte == 127 or byte == 92 for byte in name):
        raise Wrong("unsafe", name)
    if any(part in (b"", b".", b"..") for part in name.split(b"/")):
        raise Wrong("unsafe", name)


def check_among(name, names, folders):
    """No name twice, and none that is a folder of another."""
    parts = name.split(b"/")
    above = [b"/".join(parts[:n]) for n in range(1, len(parts))]
    if name in names:
        raise Wrong("duplicate", name)
    if name in folders or any(folder in names for folder in above):
        raise Wrong("conflict", name)
    names.add(name)
    folders.update(above)


def dump(entries):
    headers = [entry.header() for entry in entries]
    index = zlib.crc32(b"".join(headers))
    body = b"".join(head + entry.packed for head, entry in zip(headers, entries))
    return MAGIC + struct.pack("<I", len(entries)) + body + END + struct.pack("<I", index)


def load(data):
    if data[:4] != MAGIC[: len(data)]:
        raise Wrong("format", b"no archive")
    at = 4

    def take(n):
        nonlocal at
        if at + n > len(data):
            raise Wrong("truncated", b"the archive ends early")
        at += n
        return data[at - n : at]

    (count,) = struct.unpack("<I", take(4))
    entries, names, folders, index = [], set(), set(), 0
    for _ in range(count):
        head = take(16)
        method, flags, length, size, packed, crc = struct.unpack("<BBHIII", head)
        name = take(length)
        if method >= len(METHODS):
            raise Wrong("method", name)
        if flags or (method == 0 and size != packed):
            raise Wrong("format", name)
        if size > MOST:
            raise Wrong("limit", name)
        check_name(name)
        check_among(name, names, folders)
        entries.append(Entry(name, method, size, crc, take(packed)))
        index = zlib.crc32(head + name, index)
    if take(4) != END:
        raise Wrong("format", b"no end mark")
    if struct.unpack("<I", take(4))[0] != index:
        raise Wrong("index", b"the headers are not what they were")
    if at < len(data):
        raise Wrong("trailing", b"something follows the archive")
    return entries


# ---- files


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        raise Wrong("missing", path) from None


def save(path, data):
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError:
        raise Wrong("missing", path) from None


def mode(path):
    """What lies at a path: b"f" a file, b"d" a folder, b"" nothing or something else."""
    try:
        found = os.lstat(path).st_mode
    except OSError:
        return b""
    return b"f" if stat.S_ISREG(found) else b"d" if stat.S_ISDIR(found) else b""


def below(path, archive):
    """Files in a folder, but not the archive itself."""
    for name in sorted(os.listdir(path)):
        inner = path + b"/" + name
        if mode(inner) == b"d":
            yield from below(inner, archive)
        elif mode(inner) == b"f" and inner != archive:
            yield inner


def say(*words):
    sys.stdout.buffer.write(b" ".join(words) + b"\n")


# ---- commands


def chosen(entries, names):
    """The entries that are named, or lie in a folder that is named; all without names."""
    picked = set()
    for name in names:
        found = [e for e in entries if e.name == name or e.name.startswith(name + b"/")]
        if not found:
            raise Wrong("missing", name)
        picked.update(e.name for e in found)
    return [e for e in entries if not names or e.name in picked]


def pack(archive, names, options):
    method = options.get(b"-m", b"auto").decode("utf-8", "replace")
    if method not in (*METHODS, "auto"):
        raise Usage("no such method")
    if not names:
        raise Usage("nothing to pack")
    paths = set()
    for name in names:
        path = name[:-1] if name.endswith(b"/") else name
        check_name(path)
        kind = mode(path)
        if not kind or (kind == b"f" and path != name):
            raise Wrong("missing", name)
        paths.update(below(path, archive) if kind == b"d" else [path])
    entries = []
    for path in sorted(paths):
        check_name(path)
        data = read(path)
        if len(data) > MOST:
            raise Wrong("limit", path)
        tries = [METHODS.index(method)] if method != "auto" else range(len(METHODS))
        packed = [(PACK[n](data), n) for n in tries]
        best, number = min(packed, key=lambda pair: len(pair[0]))
        entries.append(Entry(path, number, len(data), zlib.crc32(data), best))
    save(archive, dump(entries))
    for e in entries:
        say(METHODS[e.method].encode(), b"%d" % e.size, b"%d" % len(e.packed), e.name)


def listing(archive, names, options):
    entries = chosen(load(read(archive)), names)
    for e in entries:
        if b"-l" in options:
            say(b"%-6s %8d %8d %08x" % (METHODS[e.method].encode(), e.size, len(e.packed), e.crc), e.name)
        else:
            say(e.name)
    if b"-l" in options:
        size, packed = sum(e.size for e in entries), sum(len(e.packed) for e in entries)
        share = (packed * 1000 + size // 2) // size if size else 1000
        say(b"%-6s %8d %8d %d.%d%%" % (b"total", size, packed, share // 10, share % 10))


def verify(archive, names, options):
    entries = chosen(load(read(archive)), names)
    first = None
    for e in entries:
        try:
            e.content()
            say(b"ok", e.name)
        except Wrong as wrong:
            first = first or wrong
            say(wrong.kind.encode(), e.name)
    if first:
        raise first


def extract(archive, names, options):
    entries = chosen(load(read(archive)), names)
    contents = [e.content() for e in entries]
    top = options.get(b"-C", b".")
    made = []
    if mode(top) == b"f":
        raise Wrong("exists", top)
    for e in entries:
        parts = e.name.split(b"/")
        for n in range(1, len(parts)):
            folder = b"/".join([top, *parts[:n]])
            if mode(folder) == b"f":
                raise Wrong("exists", e.name)
            made.append(folder)
        there = mode(top + b"/" + e.name)
        if there == b"d" or (there and b"-f" not in options):
            raise Wrong("exists", e.name)
    try:
        for folder in [top, *made]:
            os.makedirs(folder, exist_ok=True)
    except OSError:
        raise Wrong("exists", top) from None
    for e, data in zip(entries, contents):
        save(top + b"/" + e.name, data)
        say(e.name)


def cat(archive, names, options):
    if not names:
        raise Usage("no entry is named")
    entries = {e.name: e for e in load(read(archive))}
    for name in names:
        if name not in entries:
            raise Wrong("missing", name)
    for data in [entries[name].content() for name in names]:
        sys.stdout.buffer.write(data)


def remove(archive, names, options):
    if not names:
        raise Usage("no entry is named")
    entries = load(read(archive))
    gone = chosen(entries, names)
    save(archive, dump([e for e in entries if e not in gone]))
    say(b"removed", b"%d" % len(gone))


# Each command with its options; those with True have a value.
COMMANDS = {
    b"pack": (pack, {b"-m": True}),
    b"list": (listing, {b"-l": False}),
    b"verify": (verify, {}),
    b"extract": (extract, {b"-C": True, b"-f": False}),
    b"cat": (cat, {}),
    b"remove": (remove, {}),
}


def main(words):
    if not words or words[0] not in COMMANDS:
        raise Usage("archive pack|list|verify|extract|cat|remove [OPTIONS] ARCHIVE [NAME ...]")
    command, known = COMMANDS[words[0]]
    options, at = {}, 1
    while at < len(words) and words[at].startswith(b"-"):
        word = words[at]
        at += 1
        if word == b"--":
            break
        if word not in known:
            raise Usage("no such option")
        if known[word]:
            if at == len(words):
                raise Usage("an option lacks its value")
            options[word] = words[at]
            at += 1
        else:
            options[word] = b""
    if at == len(words) or not words[at]:
        raise Usage("no archive is named")
    if b"-C" in options and not options[b"-C"]:
        raise Usage("no folder is named")
    command(words[at], words[at + 1 :], options)


if __name__ == "__main__":
    code = 0
    try:
        main([os.fsencode(word) for word in sys.argv[1:]])
    except Usage as why:
        sys.stderr.write(f"usage: {why}\n")
        code = 2
    except Wrong as why:
        sys.stdout.flush()
        sys.stderr.buffer.write(why.kind.encode() + b": " + why.what + b"\n")
        code = 1
    sys.exit(code)
