"""Cases of huffman.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import heapq
import zlib

from case import Case

NAME = "huffman"
COMMAND = ["python3", "reference/main.py"]
EACH = 28
PROSE = b"the lamp on the pier went out and the pilot, who knew the bay, steered by the sound of the bell "


def content(rng):
    kind = rng.randrange(7)
    if kind == 0:
        return bytes(rng.choice(PROSE) for _ in range(rng.randrange(1, 900)))
    if kind == 1:
        return PROSE * rng.randrange(1, 20)
    if kind == 2:
        return rng.randbytes(rng.randrange(1, 1200))
    if kind == 3:
        few = rng.randbytes(rng.randrange(2, 6))
        return bytes(rng.choice(few) for _ in range(rng.randrange(1, 400)))
    if kind == 4:
        return bytes([rng.randrange(256)]) * rng.randrange(1, 300)
    if kind == 5:
        return bytes(min(255, int(rng.expovariate(0.08))) for _ in range(rng.randrange(200, 3000)))
    return skewed(rng)


def skewed(rng):
    """Weights that grow like Fibonacci's numbers: long codes."""
    one, two, out = 1, 1, bytearray()
    values = rng.sample(range(256), rng.randrange(8, 16))
    for value in values:
        out += bytes([value]) * one
        one, two = two, one + two
    whole = list(out)
    rng.shuffle(whole)
    return bytes(whole)


def depths(data):
    counts = {}
    for byte in data:
        counts[byte] = counts.get(byte, 0) + 1
    if len(counts) == 1:
        return dict.fromkeys(counts, 1)
    heap = [(n, v, [v]) for v, n in counts.items()]
    heapq.heapify(heap)
    deep = dict.fromkeys(counts, 0)
    order = 256
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        for v in a[2] + b[2]:
            deep[v] += 1
        heapq.heappush(heap, (a[0] + b[0], order, a[2] + b[2]))
        order += 1
    return deep


def flat(rng, data):
    """Other lengths than the best ones, which unpack all the same."""
    values = sorted(set(data))
    deep = {}
    for place, value in enumerate(rng.sample(values, len(values))):
        deep[value] = min(place + 1, len(values) - 1) or 1
    return deep if max(deep.values()) <= 32 else depths(data)


def pack(data, deep=None, stored=False):
    head = len(data).to_bytes(4, "little") + zlib.crc32(data).to_bytes(4, "little")
    if stored or not data:
        return b"HUF1\0" + head + data
    deep = deep or depths(data)
    code, last, codes = 0, 0, {}
    for length, value in sorted((n, v) for v, n in deep.items()):
        code <<= length - last
        codes[value] = f"{code:0{length}b}"
        last, code = length, code + 1
    bits = "".join(codes[b] for b in data)
    bits += "0" * (-len(bits) % 8)
    body = int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")[1:]
    rows = b"".join(bytes([v, deep[v]]) for v in sorted(deep))
    return b"HUF1\1" + head + bytes([len(deep) - 1]) + rows + body


def packs(rng):
    return Case("pack", ("pack", "in.bin", "out.huf"), files={"in.bin": content(rng)}, outputs=("out.huf",))


def streams(rng):
    data = content(rng)
    if rng.random() < 0.5:
        return Case("streams", ("pack", "-", "-"), data)
    if rng.random() < 0.5:
        return Case("streams", ("unpack", "-", "out"), pack(data), outputs=("out",))
    return Case("streams", ("unpack", "x.huf", "-"), files={"x.huf": pack(data)})


def unpacks(rng):
    data = content(rng)
    way = rng.random()
    blob = pack(data, stored=True) if way < 0.15 else pack(data, flat(rng, data) if way < 0.4 else None)
    return Case("unpack", ("unpack", "a.huf", "b"), files={"a.huf": blob}, outputs=("b",))


def small(rng):
    data = rng.choice([b"", b"a", b"aa", b"ab", b"\0", b"\xff" * 40, b"a" * 15, b"a" * 16, b"abcabc", bytes(range(256))])
    if rng.random() < 0.5:
        return Case("small", ("pack", "f", "g"), files={"f": data}, outputs=("g",), kind="edge")
    blob = pack(data, stored=rng.random() < 0.3)
    return Case("small", (rng.choice(["show", "check"]), "f"), files={"f": blob}, kind="edge")


def long_codes(rng):
    data = skewed(rng)
    if rng.random() < 0.5:
        return Case("long-codes", ("pack", "f", "g"), files={"f": data}, outputs=("g",))
    return Case("long-codes", ("show", "f"), files={"f": pack(data)})


def shows(rng):
    data = content(rng)
    return Case("show", ("show", rng.choice(["a.huf", "a.huf", "-"])), pack(data), files={"a.huf": pack(data, stored=rng.random() < 0.2)})


def broken_blob(rng):
    data = content(rng)
    blob = bytearray(pack(data))
    way = rng.randrange(12)
    if way == 0:
        return bytes(blob[: rng.randrange(0, 14)])
    if way == 1:
        return bytes(blob[: rng.randrange(len(blob))])
    if way == 2:
        return bytes(blob) + rng.randbytes(rng.randrange(1, 3))
    if way == 3:
        blob[rng.randrange(4)] ^= 1 << rng.randrange(8)
    elif way == 4:
        blob[4] = rng.choice([2, 3, 128, 255, 0])
    elif way == 5:
        blob[5:9] = rng.choice([0, 1, max(len(data) - 1, 0), len(data) + 1, 2**31, 2**32 - 1]).to_bytes(4, "little")
    elif way == 6:
        blob[9 + rng.randrange(4)] ^= 1 << rng.randrange(8)
    elif way == 7 and len(blob) > 16:
        blob[13] = rng.choice([0, (blob[13] - 1) % 256, (blob[13] + 1) % 256, 255])
    elif way == 8 and len(blob) > 16:
        blob[14 + 2 * rng.randrange(blob[13] + 1) + 1] = rng.choice([0, 1, 2, 5, 33, 200])
    elif way == 9 and len(blob) > 18:
        blob[14], blob[16] = blob[16], blob[14]
    elif way == 10:
        blob[-1] ^= 1
    else:
        blob[rng.randrange(len(blob))] ^= 1 << rng.randrange(8)
    return bytes(blob)


def broken(rng):
    return Case("broken", ("unpack", "f", "g"), files={"f": broken_blob(rng), "g": b"old"}, outputs=("g",), kind="invalid")


def checks(rng):
    names = [f"f{n}" for n in range(rng.randrange(1, 6))]
    files = {name: broken_blob(rng) if rng.random() < 0.6 else pack(content(rng)) for name in names if rng.random() < 0.9}
    return Case("check", ("check", *names), files=files, kind="invalid")


def usage(rng):
    words = rng.choice([
        (), ("pack",), ("pack", "a"), ("pack", "a", "b", "c"), ("unpack", "a"), ("show",), ("show", "a", "b"), ("check",),
        ("squash", "a", "b"), ("PACK", "a", "b"), ("--help",), ("show", "none"), ("pack", "none", "out"), ("unpack", "none", "out"),
        ("pack", "a", "no/such/out"), ("unpack", "folder", "out"), ("pack", "folder", "out"), ("", "a"), ("check", "none", "a"),
        ("unpack", "a", "no/such/out"),
    ])
    return Case("usage", words, files={"a": pack(b"some words, and some more words"), "folder/x": b"1"}, outputs=("out",), kind="invalid")


def cases(rng):
    for make in (packs, streams, unpacks, small, long_codes, shows, broken, broken, checks, usage):
        for _ in range(EACH):
            yield make(rng)
