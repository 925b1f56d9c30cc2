"""Cases of linediff.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import difflib

from case import Case

NAME = "linediff"
COMMAND = ["node", "reference/main.js"]
EACH = 26
WORDS = "wind rope anchor keel sail mast tide harbour light stern bow deck hull oar".split()


def line(rng, pool=400):
    number = rng.randrange(pool)
    return f"{WORDS[number % 14]} {number // 14}\n"


def text(rng, count=None, pool=400):
    count = rng.choice([0, 1, 4, 12, 40, 120]) if count is None else count
    return [line(rng, pool) for _ in range(count)]


def edited(rng, lines, edits=None, pool=400):
    """The lines with some removed, added, changed, moved."""
    lines = list(lines)
    for _ in range(rng.choice([1, 2, 3, 6]) if edits is None else edits):
        at = rng.randrange(len(lines) + 1)
        some = rng.choice([1, 1, 2, 5])
        how = rng.randrange(5)
        if how == 0:
            del lines[at : at + some]
        elif how == 1:
            lines[at:at] = text(rng, some, pool)
        elif how == 2:
            lines[at : at + some] = text(rng, some, pool)
        elif how == 3:
            lines[at : at + some] = lines[at : at + some][::-1]
        elif lines:
            lines[at:at] = [rng.choice(lines) for _ in range(some)]
    return lines


def data(lines, end=True):
    whole = "".join(lines).encode()
    return whole if end or not whole.endswith(b"\n") else whole[:-1]


def held(one, other):
    return {"old": one, "new": other}


def compare(rng):
    a = text(rng)
    return Case("compare", ("diff", "old", "new"), b"", held(data(a), data(edited(rng, a))))


def choice(rng):
    """Few different lines: many ways of pairing are equally long."""
    a = text(rng, rng.randrange(2, 20), rng.choice([2, 3, 5]))
    b = edited(rng, a, 4, 3) if rng.random() < 0.5 else text(rng, rng.randrange(2, 20), rng.choice([2, 3, 5]))
    return Case("choice", (rng.choice(["diff", "diff", "stat"]), "old", "new"), b"", held(data(a), data(b)))


def context(rng):
    a = text(rng, rng.choice([8, 30, 80]))
    size = rng.choice(["0", "1", "2", "5", "10", "000004", "999999"])
    args = ["diff", "-U", size, "old", "new"]
    if rng.random() < 0.3:
        args += ["-L", rng.choice(["left", "-", "größer", "a b\t"]), *(["-L", "right"] if rng.random() < 0.5 else [])]
    return Case("context", tuple(args), b"", held(data(a), data(edited(rng, a, rng.choice([2, 5])))))


def newlines(rng):
    """Last lines without newline, empty files, one line."""
    a = text(rng, rng.choice([0, 1, 1, 2, 5]))
    b = edited(rng, a, 1) if rng.random() < 0.6 else a
    files = held(data(a, rng.random() < 0.5), data(b, rng.random() < 0.5))
    args = rng.choice([["diff"], ["diff", "-U", "0"], ["diff", "-U", "1"], ["stat"], ["diff", "-b"]])
    return Case("bytes", (*args, "old", "new"), b"", files, kind="edge")


def blanks(rng):
    """Lines that differ in blanks and letters alone."""
    def touched(one):
        how = rng.randrange(8)
        if how == 0:
            return one.replace(" ", rng.choice(["  ", "\t", "", " \r"]))
        if how == 1:
            return one.upper()
        if how == 2:
            return one[:-1] + rng.choice([" \n", "\t\n", "\r\n", " "])
        return " " + one if how == 3 else one
    a = text(rng, rng.randrange(1, 25))
    a = [one.replace("sail", "Segel \u00c4\u00dc") for one in a]
    b = [touched(one) for one in a]
    b = [one if one.endswith("\n") or k == len(b) - 1 else one + "\n" for k, one in enumerate(b)]
    if rng.random() < 0.5:
        b = edited(rng, b, 1)
    flags = rng.choice([["-w"], ["-b"], ["-i"], ["-b", "-i"], ["-w", "-i"], ["-w", "-b"]])
    return Case("blanks", (rng.choice(["diff", "diff", "stat"]), *flags, "old", "new"), b"", held(data(a), data(b)), kind="edge")


def odd(rng):
    """Bytes of any kind, standard input, lines that look like differences."""
    pool = [b"\xff\xfe\n", b"\0\n", b"\n", b"\r\n", b"a\rb\n", b"--- x\n", b"+++ y\n", b"@@ -1 +1 @@\n", b"\\ No newline at end of file\n", b" \n", b"\xc3\xa4\n", b"\x85\x0c\n"]
    a = [rng.choice(pool) for _ in range(rng.randrange(0, 12))]
    b = [rng.choice(pool) if rng.random() < 0.3 else one for one in a]
    if rng.random() < 0.3:
        b = b[1:]
    one, other = b"".join(a), b"".join(b)
    args = rng.choice([["old", "new"], ["-", "new"], ["old", "-"], ["-", "-"], ["old", "old"], ["new", "-w", "old"]])
    return Case("bytes", (rng.choice(["diff", "diff", "stat"]), *args), one, held(one, other), kind="edge")


def stat(rng):
    a = text(rng)
    b = edited(rng, a) if rng.random() < 0.8 else text(rng)
    return Case("stat", ("stat", "old", "new"), b"", held(data(a), data(b)))


def difference(a, b, size, names=True):
    """A unified difference, made in another way."""
    parts = []
    for one in difflib.unified_diff(a, b, "a/file", "b/file", n=size):
        parts.append(one if one.endswith("\n") else one + "\n\\ No newline at end of file\n")
    parts = [one.replace(" @@\n", " @@ def f():\n") if one.startswith("@@") and size == 2 else one for one in parts]
    return "".join(parts if names else parts[2:])


def patch(rng):
    a = text(rng, rng.choice([0, 1, 6, 20, 60]))
    b = edited(rng, a)
    if a and rng.random() < 0.2:
        a = [*a[:-1], a[-1][:-1]]
    if b and rng.random() < 0.2:
        b = [*b[:-1], b[-1][:-1]]
    words = difference(a, b, rng.choice([0, 1, 2, 3, 3]), rng.random() < 0.7).encode()
    if rng.random() < 0.3 and words.startswith(b"---"):
        words = b"From: somebody\n\nIndex\n" + words
    if rng.random() < 0.35:
        return Case("patch", ("patch", "-R", "new", "-"), words, held(data(a), data(b)))
    return Case("patch", ("patch", "old", "-"), words, held(data(a), data(b)))


def moved(rng):
    """FILE has changed since: hunks move, need fuzz, or do not fit."""
    a = text(rng, rng.choice([10, 25, 60]), rng.choice([400, 400, 6]))
    b = edited(rng, a, rng.choice([1, 2, 3]))
    size = rng.choice([1, 2, 3, 3])
    now = list(a)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(now) + 1)
        if rng.random() < 0.5:
            now[at:at] = text(rng, rng.choice([1, 2, 7]))
        else:
            now[at : at + 1] = text(rng, rng.choice([0, 1]))
    args = ["patch", "now", "patch"]
    if rng.random() < 0.7:
        args[1:1] = ["-F", str(rng.choice([0, 1, 2, 3, 9]))]
    return Case("moved", tuple(args), b"", {"now": data(now), "patch": difference(a, b, size).encode()})


def broken(rng):
    a = text(rng, rng.choice([3, 12]))
    b = edited(rng, a, 2)
    good = difference(a, b, 2, rng.random() < 0.5)
    lines = good.splitlines(keepends=True)
    how = rng.randrange(9)
    at = next((k for k, one in enumerate(lines) if one.startswith("@@")), 0)
    if how == 0:
        lines = lines[: rng.randrange(len(lines) + 1)]
    elif how == 1:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["x\n", "\n", "@@\n", "+more\n", " more\n", "\\ x\n", "--- b\n"]))
    elif how == 2:
        lines[at : at + 1] = [rng.choice(["@@ -1,3 +1,2\n", "@@ -1,3 +1,2@@\n", "@@ -,3 +1,2 @@\n", "@@ -1,3 1,2 @@\n", "@@ -123456 +1 @@\n", "@@-1 +1 @@\n", "@@ -99999,1 +1 @@\n"])]
    elif how == 3:
        lines = ["@@ -1,2 +1,2 @@\n", *(" " + one for one in a[:2])]
    elif how == 4 and lines:
        lines[-1] = lines[-1][:-1]
    elif how == 5:
        lines = [rng.choice(["@@ -0,0 +1 @@\n+x\n", "@@ -0 +1 @@\n-x\n+y\n", "@@ -3,0 +4 @@\n+x\n", "@@ -99999,0 +1 @@\n+x\n", "@@ -1,0 +1,0 @@\n", "@@ -2,0 +2 @@\n+x\n\\ no\n", "nothing at all\n", ""])]
    elif how == 6:
        lines = ["--- a\n", "+++ b\n", "text\n", *lines[at:]]
    elif how == 7:
        lines = ["text\n", *lines[at:]]
    elif len(lines) > at + 1:
        k = rng.randrange(at + 1, len(lines))
        lines[k] = lines[k][0] + "other\n"
    args = ["patch", "old", "patch", *(["-F", "2"] if rng.random() < 0.3 else []), *(["-R"] if rng.random() < 0.15 else [])]
    return Case("broken", tuple(args), b"", {"old": data(a), "patch": "".join(lines).encode()}, kind="invalid")


def wrong(rng):
    bad = [
        [], ["diff"], ["diff", "old"], ["diff", "old", "new", "old"], ["compare", "old", "new"], ["diff", "-U", "old", "new"], ["diff", "-U", "x", "old", "new"],
        ["diff", "-U3", "old", "new"], ["diff", "-U", "-1", "old", "new"], ["diff", "-U", "1234567", "old", "new"], ["stat", "-U", "3", "old", "new"], ["patch", "-w", "old", "new"],
        ["diff", "-R", "old", "new"], ["patch", "-F", "10", "old", "new"], ["diff", "-L", "a", "-L", "b", "-L", "c", "old", "new"], ["diff", "old", "new", "-L"], ["diff", "-wi", "old", "new"],
        ["diff", "--", "old", "new"], ["diff", "--help"], ["diff", "gone", "new"], ["diff", "old", "gone"], ["stat", "old", "sub"], ["patch", "old", "gone"], ["patch", "gone", "new"],
        ["diff", "", "new"], ["-w", "diff", "old", "new"], ["diff", "-B", "old", "new"], ["patch", "-F", "", "old", "new"], ["diff", "old", "new", "-U"], ["stat", "-L", "x", "old", "new"],
    ]
    return Case("wrong", tuple(rng.choice(bad)), b"", {"old": b"a\nb\n", "new": b"a\nc\n", "sub/x": b""}, kind="invalid")


def cases(rng):
    for make in (compare, choice, context, newlines, blanks, odd, stat, patch, moved, broken, wrong):
        for _ in range(EACH * 2 if make is moved else EACH):
            yield make(rng)
