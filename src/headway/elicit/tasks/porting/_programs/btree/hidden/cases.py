"""Cases of btree: scripts of commands, on new files, good files and damaged ones."""

# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import struct
import zlib

from case import Case

NAME = "btree"
BUILD = ["gcc", "-O2", "-o", "reference/main", "reference/main.c"]
COMMAND = ["reference/main"]

SHARE = 22  # cases a cluster
SIZES = (128, 256, 512, 1024, 2048, 4096)
WORDS = "ant bee cat dog eel fox gnu hen ibis jay kiwi lark mole newt owl pig quail ram seal toad vole wasp yak zebra".split()
ENDS = (["dump"], ["stat", "check"], ["scan"], ["dump", "check"], ["stat", "last", "count"])


def encode(data):
    if not data:
        return "-"
    if data == b"-":
        return "%2D"
    return "".join(chr(c) if 32 < c < 127 and c != 37 else f"%{c:02X}" for c in data)


def case(cluster, lines, files=None, kind="valid", args=("t.db",), rng=None, ending="\n"):
    text = "\n".join(lines) + ending
    return Case(cluster, args, text.encode("latin-1"), files or {}, ("t.db",), kind)


def longest(size):
    return min(255, (size - 12) // 4 - 5)


def word(rng, most=12):
    text = "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3)))
    return text[: rng.randint(1, most)]


def value(rng, most=40):
    return rng.choice(("-", "x", str(rng.randrange(10**6)), "v" * rng.randint(1, most), word(rng, 9)))


# ---- files made here: the pages of a store, without any of its code ----


def page(size, kind, number, following, body=b""):
    head = struct.pack("<BBHI", kind, 0, number, following)
    rest = body.ljust(size - 12, b"\0")
    return head + struct.pack("<I", zlib.crc32(head + b"\0\0\0\0" + rest)) + rest


def header(size, pages, root, free_first, free_count, keys, magic=b"HWBT", version=1):
    head = struct.pack("<4sHHIIIIQ", magic, version, size, pages, root, free_first, free_count, keys)
    return (head + struct.pack("<I", zlib.crc32(head))).ljust(max(size, 36), b"\0")


def leaf(size, cells, following):
    body = b"".join(struct.pack("<BH", len(k), len(v)) + k + v for k, v in cells)
    return page(size, 1, len(cells), following, body)


def branch(size, left, cells):
    body = b"".join(struct.pack("<BI", len(k), child) + k for k, child in cells)
    return page(size, 2, len(cells), left, body)


def stored(size, rows, groups, free=0, keys=None, order=None, spoil=None):
    """A file with `rows` in so many leaves and one branch (no overflow), and free pages after them."""
    n = len(rows)
    cuts = [round(i * n / groups) for i in range(groups + 1)]
    leaves = [rows[a:b] for a, b in zip(cuts, cuts[1:])]
    made = []
    for i, cells in enumerate(leaves):
        made.append(leaf(size, cells, i + 2 if i + 1 < groups else 0))
    root = 1
    if groups > 1:
        made.append(branch(size, 1, [(cells[0][0], i + 1) for i, cells in enumerate(leaves) if i]))
        root = groups + 1
    first = len(made) + 1 if free else 0
    for i in range(free):
        made.append(page(size, 3, 0, first + i + 1 if i + 1 < free else 0))
    top = header(size, len(made) + 1, root, first, free, n if keys is None else keys)
    return top + b"".join(made)


def rows_of(rng, n, most=6):
    keys = sorted(rng.sample(range(100, 1000), n))
    return [(f"k{k}".encode(), b"v" * rng.randint(0, most)) for k in keys]


# ---- clusters ----


def small(rng, i):
    lines = [f"create {rng.choice(SIZES)}"]
    known = [word(rng) for _ in range(rng.randint(2, 7))]
    for _ in range(rng.randint(4, 18)):
        key = rng.choice(known)
        lines.append(rng.choice((f"put {key} {value(rng, 12)}", f"put {key} {value(rng, 12)}", f"get {key}", f"get {word(rng)}", "count")))
        if rng.random() < 0.1:
            lines.append(rng.choice(("", "# a comment", "   ", "#put a b", f"  get   {key}  ")))
    return case("basic", lines + rng.choice(ENDS), ending=rng.choice(("\n", "")))


def growth(rng, i):
    size = rng.choice((128, 128, 256, 512, 4096))
    lines = [f"create {size}"]
    for _ in range(rng.randint(1, 3)):
        prefix = rng.choice(("k", "key", "a", "-", "prefix/", "longer-prefix.")) 
        a, b = rng.randint(0, 200), rng.randint(0, 200)
        lines.append(f"fill {prefix} {a} {b} {rng.choice(('-', 'v', 'value', 'w' * rng.randint(1, 20)))}")
    return case("growth", lines + rng.choice(ENDS))


def scattered(rng, i):
    """Keys of every length in random order: separators, splits of branches."""
    size = rng.choice((128, 128, 128, 256))
    top = longest(size)
    lines = [f"create {size}"]
    for _ in range(rng.randint(30, 160)):
        n = rng.choice((1, 2, 3, 5, 8, top, top - 1))
        key = "".join(rng.choice("abc") for _ in range(n))
        lines.append(f"put {key} {'v' * rng.choice((0, 1, 4, 9)) or '-'}")
    return case("scattered", lines + rng.choice((["dump"], ["dump", "stat"], ["stat", "check"])))


def removal(rng, i):
    size = rng.choice((128, 128, 256, 512))
    n = rng.randint(20, 250)
    lines = [f"create {size}", f"fill {rng.choice('abk')} 0 {n} {rng.choice(('v', '-', 'value'))}"]
    prefix = lines[1].split()[1]
    for _ in range(rng.randint(1, 4)):
        a, b = rng.randint(0, n), rng.randint(0, n)
        lines.append(f"drop {prefix} {a} {b} {rng.choice((1, 1, 1, 2, 3, 7))}")
    if i % 4 == 3:
        lines.append(f"drop {prefix} {rng.choice((f'0 {n}', f'{n} 0'))} 1")
    if i % 4 == 2:
        top = longest(size)
        lines[1:1] = [f"put {''.join(rng.choice('abk') for _ in range(rng.randint(1, top)))} x" for _ in range(30)]
    return case("removal", lines + rng.choice((["dump"], ["dump", "check"], ["stat", "count", "last"])))


def overflow(rng, i):
    size = rng.choice((128, 128, 256, 1024))
    third = (size - 12) // 3
    lines = [f"create {size}"]
    known = [word(rng, 8) for _ in range(rng.randint(2, 6))]
    for _ in range(rng.randint(3, 12)):
        key = rng.choice(known)
        n = rng.choice((third - 3 - len(key), third - 2 - len(key), size - 12, size - 11, 2 * (size - 12), rng.randint(1, 5 * size), 3))
        text = rng.choice("vwxyz") * n
        lines.append(rng.choice((f"put {key} {text}", f"put {key} {text}", f"get {key}", f"put {key} small")))
    lines.append(rng.choice((f"get {key}", "scan", "last", "compact", "dump")))
    return case("overflow", lines + rng.choice((["dump"], ["stat", "check"])), kind="edge")


def reuse(rng, i):
    size = rng.choice((128, 256))
    lines = [f"create {size}", f"fill a 1 {rng.randint(20, 90)} v"]
    for _ in range(rng.randint(2, 5)):
        lines.append(
            rng.choice(
                (
                    f"drop a {rng.randint(1, 90)} {rng.randint(1, 90)} {rng.randint(1, 3)}",
                    f"fill {rng.choice('abc')} {rng.randint(1, 60)} {rng.randint(1, 60)} {rng.choice(('v', 'wide-value'))}",
                    f"put big {'z' * rng.randint(100, 700)}",
                    f"put a{rng.randint(1, 90)} {'y' * rng.randint(1, 300)}",
                    "compact",
                )
            )
        )
    if i % 3 == 0:
        lines.append("compact")
    return case("reuse", lines + rng.choice((["dump"], ["stat", "dump"], ["check", "dump"])))


def scans(rng, i):
    lines = [f"create {rng.choice((128, 256, 1024))}"]
    lines += [f"put {word(rng, 6)} {value(rng, 8)}" for _ in range(rng.randint(0, 40))]
    if i % 3 == 0:
        lines.append(f"fill z 1 {rng.randint(1, 60)} -")
    for _ in range(rng.randint(2, 5)):
        a, b = word(rng, 3), word(rng, 3)
        lines.append(rng.choice((f"scan {a} {b}", f"scan {min(a, b)} {max(a, b)}", f"scan {a}", f"count {a} {b}", f"count - {b}", f"prefix {a[:2]}", f"prefix {a[:1]}", "prefix -", "last", "scan - -", "count", f"prefix z{rng.randint(1, 9)}")))
    return case("scans", lines)


def escapes(rng, i):
    lines = [f"create {rng.choice((128, 512))}"]
    known = []
    for _ in range(rng.randint(4, 14)):
        raw = bytes(rng.choice((0, 1, 10, 32, 37, 45, 65, 97, 127, 128, 195, 255)) for _ in range(rng.randint(1, 6)))
        text = rng.choice((encode(raw), "".join(f"%{c:02x}" for c in raw)))
        known.append(text)
        lines.append(f"put {text} {rng.choice((encode(raw), '-', '%2D', '%2d%2D', '--', '%25', '~', '!'))}")
    lines += [f"get {rng.choice(known)}", rng.choice(("scan %80", "scan - %80", f"prefix {known[0][:3]}" if known[0][0] == "%" else "scan", "scan"))]
    return case("basic", lines + ["scan"], kind="edge")


def existing(rng, i):
    size = rng.choice((128, 256, 512))
    groups = rng.randint(1, 5)
    rows = rows_of(rng, groups * rng.randint(2, 5))
    files = {"t.db": stored(size, rows, groups, free=rng.choice((0, 0, 1, 3)))}
    lines = rng.choice((["check", "dump"], ["stat"], ["dump"], []))[:]
    for _ in range(rng.randint(1, 8)):
        key = rng.choice(rows)[0].decode()
        lines.append(rng.choice((f"get {key}", f"put {key} {value(rng, 20)}", f"put k{rng.randint(100, 999)} {value(rng, 60)}", f"drop k {rng.randint(100, 999)} {rng.randint(100, 999)} 1", f"fill k {rng.randint(100, 130)} {rng.randint(100, 130)} w")))
    if i % 5 == 0:
        lines = [rng.choice(("scan", "count", "dump", "stat", "last"))]
    return case("existing", lines + rng.choice(ENDS), files)


def damage(rng, i):
    size = rng.choice((128, 256))
    groups = rng.randint(2, 4)
    rows = rows_of(rng, groups * 3)
    good = stored(size, rows, groups, free=2)
    n = len(good) // size
    after = ["check"]
    kind = i % 11
    if kind == 0:
        at = rng.randrange(size, len(good))
        data = good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1 :]
        after = ["count"]
    elif kind == 1:
        at = rng.randrange(0, 36)
        data = good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1 :]
    elif kind == 2:
        data = rng.choice((b"", good[:100], good[:-1], good + b"\0", good + bytes(size), good[: size * 2], b"HWBT" * 50))
    elif kind == 3:
        changed = rng.choice((dict(magic=b"HWBX"), dict(version=2), dict(keys=4), dict(free_count=1), dict(free_first=0), dict(root=n), dict(free_first=n), dict(root=n - 1), dict(free_first=1)))
        state = dict(size=size, pages=n, root=groups + 1, free_first=groups + 2, free_count=2, keys=len(rows)) | changed
        data = header(**state) + good[size:]
    elif kind == 4:
        other = rng.choice((100, 64, 8192, 384, 0))
        data = header(other, n, 1, 0, 0, 1).ljust(size, b"\0") + good[size:]
    elif kind == 5:
        data = swap(good, size, 1, leaf(size, [(b"k999", b""), (b"k100", b"")], 2))
    elif kind == 6:
        data = swap(good, size, 2, leaf(size, rows[3:6], rng.choice((0, 1, 2, 4 if groups == 2 else n, n + 5))))
    elif kind == 7:
        broken = rng.choice((page(size, 5, 0, 0), page(size, 0, 0, 0), page(size, 1, 9, 0, b"\x01\x00\x00a"), page(size, 2, 1, 0, b"\x01\x01\x00\x00\x00a"), page(size, 2, 1, 1, struct.pack("<BI", 1, n) + b"a"), page(size, 4, size, 0), page(size, 3, 0, n), page(size, 1, 1, 0, bytes([longest(size) + 1, 0, 0]) + b"a" * size)[:size]))
        data = swap(good, size, rng.randint(1, n - 1), broken)
        after = ["dump"] if broken[0] in (0, 5) else ["check"]
    elif kind == 8:
        cells = rng.choice(([(rows[0][0], 2)], [(b"k9999", 2)], [(rows[3][0], 1)], [(rows[3][0], n - 1)]))
        data = swap(good, size, groups + 1, branch(size, 1, cells))
    elif kind == 9:
        big = b"z" * 300
        parts = [big[a : a + size - 12] for a in range(0, 300, size - 12)]
        body = struct.pack("<BH", 1, 300) + b"a" + struct.pack("<I", 2)
        fault = rng.choice(("none", "none", "short", "long", "type", "loop"))
        chain = [page(size, 4, len(p), k + 3 if k + 1 < len(parts) else 0, p) for k, p in enumerate(parts)]
        if fault == "short":
            chain[-1] = page(size, 4, len(parts[-1]) - 1, 0, parts[-1][:-1])
        elif fault == "long":
            chain[-1] = page(size, 4, len(parts[-1]), 1, parts[-1])
        elif fault == "type":
            chain[-1] = page(size, 3, 0, 0)
        elif fault == "loop":
            chain[0] = page(size, 4, len(parts[0]), 2, parts[0])
        data = header(size, len(chain) + 2, 1, 0, 0, 1) + page(size, 1, 1, 0, body) + b"".join(chain)
        after = ["check", "dump", "get a", "put a b", "dump", "check"]
    else:
        data = swap(good, size, n - 1, page(size, 3, 0, rng.choice((n - 1, n - 2, 1))))
    return case("damage", after, {"t.db": data}, kind="invalid")


def swap(data, size, at, new):
    if len(new) != size:
        raise ValueError("a page of another size")
    return data[: at * size] + new + data[(at + 1) * size :]


WRONG = (
    ("nothing", "PUT a b", "put a", "put a b c", "get", "scan a b c", "fill k 1 2", "create", "last x", "check 1", "puta b"),
    ("put a% b", "put a%2 b", "put a%zz b", "get %", "put \x7f a", "put a\tb c", "put \xe9 a", "get a\r", "put a %4", "scan %g0"),
    ("fill k x 2 v", "fill k 1 100000 v", "fill k -1 2 v", "drop k 1 9 0", "drop k 1 9 x", "fill k 1 2.5 v", "fill % x 1 v", "create 1e2"),
    ("create 128", "create 100", "create 0", "create 99999", "new a again", "del missing", "del %00", "new b x y"),
    ("get -", "put - x", "del -", "new - x", f"get {'k' * 300}", "put kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk v"),
)


def errors(rng, i):
    lines = ["create 128", "put a 1", "put b 2"]
    late = [rng.choice(("put c 3", "scan", "get a", "nothing"))]
    kind = i % 11
    if kind == 10:
        args = rng.choice(((), ("t.db", "u.db"), ("t.db", ""), ("-h", "t.db")))
        return case("errors", lines, args=args, kind="invalid")
    if kind == 9:
        first = rng.choice(("put a 1", "scan", "check", "compact", "nothing", "create 77", "put a %", "# only a comment", "drop k 1 2 0"))
        return case("errors", [first, *lines], kind="invalid")
    if kind == 8:
        top = longest(128)
        n = rng.choice((top, top + 1, top - 1))
        lines += [f"put {'k' * n} v", f"fill {'k' * (top - 2)} 8 102 v"]
        return case("errors", lines + late, kind="edge")
    if kind == 7:
        first = rng.choice((f"put big {'v' * 65535}", f"put big {'v' * 65536}", f"fill b 8 12 {'v' * 65534}"))
        lines = [f"create {rng.choice((1024, 4096))}", first, "stat"]
        return case("errors", lines + late, kind="edge")
    lines.append(rng.choice(WRONG[i % len(WRONG)]))
    return case("errors", lines + late, kind="invalid")


WRITERS = (small, growth, scattered, removal, overflow, reuse, scans, escapes, existing, damage, errors)


def cases(rng):
    for writer in WRITERS:
        for i in range(SHARE):
            yield writer(rng, i)
