"""Cases of archive.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import struct
import zlib

from case import Case

NAME = "archive"
COMMAND = ["python3", "reference/main.py"]
EACH = 26

WORDS = b"the tide turns at noon; rope and sail, 'knot' \xc3\xa9\xe6\x97\xa5 harbour lamp 42 0x1f {} end".split()
NAMES = ("a", "b", "b.txt", "c", "d/x", "d/y", "d/z/deep", "e e", "f-1", "dd", "d.x", "\u00fc/\u00f1", "Z", "zz/9", "-q", "_")


def some(rng):
    """Content of several kinds."""
    n = rng.choice([0, 1, 2, 3, 7, 17, 18, 19, 40, 127, 128, 129, 130, 131, 300, 900, 3000])
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(n)
    if kind == 1:
        return bytes([rng.randrange(256)]) * n
    if kind == 2:
        return b" ".join(rng.choice(WORDS) for _ in range(n // 5 + 1))
    if kind == 3:
        return b"".join(bytes([rng.randrange(4)]) * rng.choice([1, 2, 2, 3, 4, 9, 129, 130, 131, 260]) for _ in range(n // 20 + 1))
    if kind == 4:
        piece = rng.randbytes(rng.choice([2, 3, 5, 11, 60]))
        return (piece * (n // len(piece) + 1))[:n]
    return bytes(rng.choice(b"ab") for _ in range(min(n, 400)))


def far(rng):
    """Content whose repeats are about as far off as a match may be."""
    head, gap = rng.randbytes(rng.randrange(6, 24)), rng.choice([4090, 4096, 4097, 4100]) - rng.randrange(0, 24)
    return head + rng.randbytes(gap) + head + rng.randbytes(5)


# ---- a packer of its own, which can also make what is broken


def rle(rng, data):
    """A right form, though not that of the program."""
    out, at = bytearray(), 0
    while at < len(data):
        run = 1
        while run < 130 and at + run < len(data) and data[at + run] == data[at]:
            run += 1
        if run >= 3:
            out += bytes((run + 125, data[at]))
            at += run
        else:
            n = min(rng.randrange(1, 20), len(data) - at)
            out += bytes((n - 1,)) + data[at : at + n]
            at += n
    return bytes(out)


def lz(rng, data):
    out, at = bytearray(), 0
    while at < len(data):
        flags, items = 0, b""
        for bit in range(8):
            if at == len(data):
                flags |= rng.choice([0, 1 << bit])
                continue
            found = [(n, d) for d in range(1, min(at, 40) + 1) if (n := same(data, at, d)) >= 3]
            if found and rng.random() < 0.9:
                n, d = rng.choice(found)
                items += struct.pack("<H", (d - 1) << 4 | (n - 3))
                at += n
            else:
                flags |= 1 << bit
                items += data[at : at + 1]
                at += 1
        out += bytes((flags,)) + items
    return bytes(out)


def same(data, at, d):
    n = 0
    while n < 18 and at + n < len(data) and data[at + n] == data[at - d + n]:
        n += 1
    return n


def entry(rng, name, data, method=None, **odd):
    method = rng.randrange(3) if method is None else method
    packed = (data, rle(rng, data), lz(rng, data))[method] if "packed" not in odd else odd["packed"]
    name = name.encode() if isinstance(name, str) else name
    head = struct.pack(
        "<BBHIII", odd.get("told", method), odd.get("flags", 0), odd.get("length", len(name)), odd.get("size", len(data)), odd.get("room", len(packed)),
        odd.get("crc", zlib.crc32(data)),
    )
    return head + name, packed


def whole(entries, **odd):
    body = b"".join(head + packed for head, packed in entries)
    index = zlib.crc32(b"".join(head for head, _ in entries))
    return (
        odd.get("magic", b"ARK1") + struct.pack("<I", odd.get("count", len(entries))) + body + odd.get("end", b"END.") + struct.pack("<I", odd.get("index", index))
        + odd.get("more", b"")
    )


def names(rng, least=1, most=6):
    return rng.sample([n for n in NAMES if n != "-q"], rng.randrange(least, most))


def good(rng, least=1, most=6):
    held = {name: some(rng) for name in names(rng, least, most)}
    return held, whole([entry(rng, name, data) for name, data in held.items()])


# ---- clusters


def packing(rng):
    method = rng.choice(["stored", "rle", "rle", "lz", "lz", "lz"])
    held = {name: some(rng) if rng.random() < 0.9 else far(rng) for name in names(rng)}
    return Case("pack", ("pack", "-m", method, "out.ark", *held), files=held, outputs=("out.ark",))


def auto(rng):
    held = {name: some(rng) for name in names(rng, 1, 9)}
    args = ["-m", "auto"] if rng.random() < 0.3 else []
    return Case("auto", ("pack", *args, "out.ark", *held), files=held, outputs=("out.ark",))


def folders(rng):
    held = {name: some(rng)[:60] for name in rng.sample(NAMES, rng.randrange(5, 13))}
    held["d/z/deep"] = b"deep"
    archive = rng.choice(["out.ark", "d/out.ark", "d/x", "d"])
    if archive == "d/out.ark" and rng.random() < 0.5:
        held[archive] = b"old"
    asked = rng.sample(["d", "d/", "d/z", "d/z/", "d/z/deep", "zz", "\u00fc", "a", "a/", "b.txt", "d/x", "gone", "d/gone", "-q"], rng.randrange(1, 5))
    guard = ("--",) if rng.random() < 0.3 else ()
    return Case("folders", ("pack", *guard, archive, *asked), files=held, outputs=(archive,), kind="edge")


def listing(rng):
    held, data = good(rng, 0, 9)
    flags = ["-l"] if rng.random() < 0.7 else []
    asked = rng.sample([*held, "d", "zz", "gone", "d/", "d/z"], rng.randrange(0, 3)) if rng.random() < 0.4 else []
    return Case("list", ("list", *flags, "in.ark", *asked), files={"in.ark": data})


def extracting(rng):
    held, data = good(rng)
    files = {"in.ark": data}
    args, top = [], ""
    if rng.random() < 0.5:
        top = rng.choice(["out", "out/deep", "new", "./out", "block", "block/x", "out/"])
        args += ["-C", top]
        files["block"] = b"x"
        top = top.removeprefix("./").removesuffix("/") + "/"
    if rng.random() < 0.4:
        args.append("-f")
    if rng.random() < 0.35 and not top.startswith("block"):
        first = rng.choice(list(held))
        files[top + rng.choice([first, first + "/sub", first.split("/")[0]])] = b"old"
    asked = rng.sample([*held, "d", "zz", "gone"], rng.randrange(1, 3)) if rng.random() < 0.3 else []
    outputs = tuple(top + name for name in held)
    return Case("extract", ("extract", *args, "in.ark", *asked), files=files, outputs=outputs, kind="edge")


def showing(rng):
    held, data = good(rng)
    if rng.random() < 0.5:
        asked = [rng.choice(list(held)) for _ in range(rng.randrange(1, 4))]
        if rng.random() < 0.15:
            asked.append(rng.choice(["gone", "d", "a/"]))
        return Case("cat-remove", ("cat", "in.ark", *asked), files={"in.ark": data})
    asked = rng.sample([*held, "d", "gone"], min(len(held), rng.randrange(1, 3)))
    return Case("cat-remove", ("remove", "in.ark", *asked), files={"in.ark": data}, outputs=("in.ark",))


def damage(rng):
    """Entries that cannot be unpacked, or whose checksum is another."""
    made = []
    for name in names(rng, 2, 6):
        data = some(rng)[:400]
        kind = rng.randrange(8)
        if kind < 3:
            made.append(entry(rng, name, data))
        elif kind == 3:
            made.append(entry(rng, name, data, crc=rng.randrange(1 << 32)))
        elif kind == 4:
            made.append(entry(rng, name, data, rng.choice([1, 2]), size=max(0, len(data) + rng.choice([-1, 1]))))
        elif kind == 5:
            method = rng.choice([1, 2])
            _, packed = entry(rng, name, data, method)
            made.append(entry(rng, name, data, method, packed=packed[: rng.randrange(len(packed) + 1)]))
        elif kind == 6:
            method = rng.choice([1, 2])
            packed = bytearray(entry(rng, name, data, method)[1])
            if packed:
                packed[rng.randrange(len(packed))] ^= 1 << rng.randrange(8)
            made.append(entry(rng, name, data, method, packed=bytes(packed)))
        else:
            method, packed = rng.choice([(2, b"\x00\x00\x00"), (2, b"\x01a\x10\x00"), (2, b"\x01a\x00\x00"), (2, b"\xff"), (1, b"\x80"), (1, b"\x02ab"), (2, b"\x01"), (1, b"\xffx")])
            made.append(entry(rng, name, b"aaaa", method, packed=packed))
    command = rng.choice(["verify", "verify", "extract", "cat", "list"])
    asked = () if command != "cat" else tuple(head[16:].decode() for head, _ in made)
    flags = ("-l",) if command == "list" else ()
    outputs = tuple(head[16:].decode() for head, _ in made) if command == "extract" else ()
    return Case("damage", (command, *flags, "in.ark", *asked), files={"in.ark": whole(made)}, outputs=outputs, kind="invalid")


def unsafe(rng):
    bad = [
        "../up", "/root", "a//b", "a/", "", ".", "..", "a/../b", "./a", "a/.", "a\\b", "a\nb", "a\x7fb", "a\0b", "x" * 256, b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe2\x82",
        "...", ".a", "a..", "x" * 255, "\u00e9" * 127, " ", "a:b", "~", "*", "\u0085",
    ]
    made = [entry(rng, name, some(rng)[:50]) for name in names(rng, 1, 4)]
    odd = rng.choice(bad)
    made.insert(rng.randrange(len(made) + 1), entry(rng, odd, b"data"))
    if rng.random() < 0.3:
        twice = rng.choice([("a", "a"), ("a/b", "a"), ("a", "a/b"), ("q/r/s", "q"), ("q", "q/r/s"), ("q/r", "q/rs"), ("q/r", "q/r.s")])
        made = [entry(rng, name, b"1") for name in twice]
    if rng.random() < 0.2:
        path = rng.choice(["../x", "a/../a", "./a", "/etc", ".", "", "a//", "a\\b", "x" * 256])
        return Case("unsafe", ("pack", "out.ark", "a", path), files={"a": b"1"}, outputs=("out.ark",), kind="invalid")
    command = rng.choice(["list", "verify", "extract", "extract"])
    return Case("unsafe", (command, "in.ark"), files={"in.ark": whole(made)}, outputs=("a", "b", "up"), kind="invalid")


def broken(rng):
    """Archives whose structure is wrong."""
    plain = [entry(rng, name, some(rng)[:60]) for name in names(rng, 1, 4)]
    kind = rng.randrange(10)
    if kind == 0:
        data = whole(plain, magic=rng.choice([b"ARK2", b"PK\3\4", b"ark1", b"\0\0\0\0"]))
    elif kind <= 3:
        data = whole(plain)
        data = data[: rng.choice([0, 2, 4, 7, len(data) - 1, len(data) - 4, len(data) - 6, rng.randrange(len(data))])]
    elif kind == 4:
        data = whole(plain, more=rng.choice([b"\n", b"\0", b"ARK1", b"END."]))
    elif kind == 5:
        data = whole(plain, end=rng.choice([b"END!", b"end.", b"\0\0\0\0"]))
    elif kind == 6:
        data = whole(plain, index=rng.randrange(1 << 32))
    elif kind == 7:
        data = whole(plain, count=rng.choice([0, len(plain) - 1, len(plain) + 1, 1 << 31, (1 << 32) - 1]))
    else:
        odd = rng.choice([
            {"told": 3}, {"told": 255}, {"flags": 1}, {"size": (1 << 24) + 1, "told": 2}, {"size": 1 << 24, "told": 1}, {"size": 5, "told": 0}, {"room": 1 << 31, "told": 1},
            {"length": 60000}, {"length": 0}, {"room": 0, "told": 2}, {"told": 9, "flags": 1}, {"flags": 1, "size": 1 << 30, "told": 2}, {"size": 1 << 31, "told": 1},
        ])
        plain.insert(rng.randrange(len(plain) + 1), entry(rng, rng.choice(["odd", "../odd"]), b"abcd", 1, **odd))
        data = whole(plain)
    command = rng.choice([("list",), ("list", "-l"), ("verify",), ("extract",), ("remove",)])
    asked = ("odd",) if command == ("remove",) else ()
    return Case("broken", (*command, "in.ark", *asked), files={"in.ark": data}, outputs=("in.ark",), kind="invalid")


def errors(rng):
    held, data = good(rng)
    usage = [
        (), ("unpack", "in.ark"), ("list",), ("list", ""), ("pack", "in.ark"), ("pack", "-m", "zip", "in.ark", "in.ark"), ("pack", "-m"), ("list", "-f", "in.ark"), ("list", "-", "in.ark"), ("extract", "-C"),
        ("extract", "-C", "", "in.ark"), ("cat", "in.ark"), ("remove", "in.ark"), ("verify", "-l", "in.ark"), ("list", "-lf", "in.ark"), ("list", "--"), ("pack", "-m", "LZ", "o", "in.ark"), ("-l", "list", "in.ark"), ("list", "--long", "in.ark"),
    ]
    wrong = [
        ("list", "gone"), ("list", "."), ("verify", "in.ark", "gone"), ("list", "in.ark", "-l"), ("list", "-l", "-l", "--", "in.ark"), ("pack", "no/out.ark", "in.ark"), ("pack", "o.ark", "gone"), ("cat", "gone", "a"), ("pack", "in.ark", "in.ark"),
        ("extract", "-C", "-f", "in.ark"), ("pack", "-m", "lz", "-m", "stored", "o.ark", "in.ark", "in.ark"), ("list", "--", "-l"), ("remove", "in.ark", "gone"), ("extract", "-f", "-f", "in.ark"), ("pack", "--", "o.ark", "in.ark/"), ("pack", ".", "in.ark"),
    ]
    args = rng.choice(usage if rng.random() < 0.5 else wrong)
    return Case("errors", args, files={"in.ark": data}, outputs=("in.ark", "o.ark", *held), kind="invalid")


def cases(rng):
    for make in (packing, auto, folders, listing, extracting, showing, damage, unsafe, broken, errors):
        for _ in range(EACH):
            yield make(rng)
