"""Cases of wordcount.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

from case import Case

NAME = "wordcount"
COMMAND = ["python3", "reference/main.py"]
EACH = 28

WORDS = (
    "the a of Light harbor sea. wind, rope knot; sail (mast) Keel -- 'oar' THE The a. it's x-ray 42 7 3.14 "
    "&c *** lighthouse of, Of! e-mail end..."
).split()
WIDE = ["é", "ß", "наука", "日本語", "😀", "e\u0301", "\u00a0", "naïve", "\u2028x", "Ünder", "ÉTÉ"]
SPACES = [" ", " ", " ", "  ", "\t", "\n", "\n", "\n\n", "\r\n", "\v", "\f", " \t "]
BROKEN = [
    b"\xff", b"\xc3", b"\xc3(", b"\xe2\x82", b"\xe2\x82\x41", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\x80", b"\xf8\x88\x80\x80\x80", b"\xe0\x80\xaf", b"\xfe",
]


def text(rng, most=60, words=WORDS, spaces=SPACES):
    parts = []
    for _ in range(rng.randrange(1, most)):
        parts.append(rng.choice(words))
        parts.append(rng.choice(spaces))
    if rng.random() < 0.4:
        parts.pop()
    return "".join(parts).encode()


def letters(rng, of="lwmcL", least=1):
    picked = [rng.choice(of) for _ in range(rng.randrange(least, 5))]
    if rng.random() < 0.5:
        return ["-" + "".join(picked)] if picked else []
    return ["-" + letter for letter in picked]


def counts(rng):
    return Case("counts", (), text(rng, rng.choice([5, 60, 600])))


def options(rng):
    return Case("options", tuple(letters(rng, "lwcc")), text(rng))


def words(rng):
    odd = ["\0", "\x01", "\x1c", "\x85", "a\x7f", "x\x1fy", *WORDS]
    body = text(rng, 80, odd, [*SPACES, "\0", "\x1d", "\x85", "\u00a0", "\u3000"])
    return Case("words", (rng.choice(["-w", "-wc", "-lw"]),), body, kind="edge")


def unicode(rng):
    flags = [rng.choice(["-m", "-mc", "-L", "-mL", "-lwmcL"])]
    return Case("unicode", tuple(flags), text(rng, 40, [*WIDE, *WORDS[:6]]))


def columns(rng):
    body = text(rng, 50, [*WORDS, *WIDE[:4]], ["\t", "\t\t", " ", "\n", " \t", "\n\t", "\r"])
    return Case("columns", (rng.choice(["-L", "-L", "-lL", "-cL"]),), body, kind="edge")


def top(rng):
    number = str(rng.choice([0, 1, 2, 3, 5, 10, 50, 999999]))
    args = [f"--top={number}"] if rng.random() < 0.5 else ["--top", number]
    if rng.random() < 0.3:
        args = [*letters(rng, "lwc"), *args]
    pool = rng.sample(WORDS, 12) + rng.sample(WIDE, 3)
    return Case("top", tuple(args), text(rng, 150, pool))


def files(rng):
    names = rng.sample(["a", "b.txt", "long name.txt", "sub/c", "-d", "ünï", "total"], rng.randrange(2, 5))
    held = {name: text(rng, rng.choice([3, 30, 300])) for name in names}
    args = [*letters(rng, "lwmcL", 0)]
    if rng.random() < 0.4:
        args += ["--top", str(rng.randrange(1, 6))]
    order = [*names, *(["-"] if rng.random() < 0.4 else []), *(names[:1] if rng.random() < 0.3 else [])]
    rng.shuffle(order)
    if any(name.startswith("-") for name in order):
        args.append("--")
    return Case("files", (*args, *order), text(rng, 10), held)


def empty(rng):
    body = rng.choice([b"", b"", b"\n", b" ", b"\n\n\n", b"x", b"\t", b"\0", b"---\n", b" \n \n"])
    held = {"none": b"", "one": body} if rng.random() < 0.5 else {}
    args = [*letters(rng, "lwmcL", 0), *(["--top", "3"] if rng.random() < 0.5 else []), *held]
    return Case("empty", tuple(args), body, held, kind="edge")


def broken(rng):
    good = text(rng, 20, [*WIDE, *WORDS[:4]])
    at = rng.randrange(len(good) + 1)
    while at < len(good) and 0x80 <= good[at] < 0xC0:
        at += 1
    bad = good[:at] + rng.choice(BROKEN) + good[at:]
    args = [rng.choice(["-m", "-L", "-lm", "-w", "-c", "--top=4", "-mL"])]
    if rng.random() < 0.5:
        return Case("encoding", tuple(args), bad, kind="invalid")
    return Case("encoding", (*args, "good", "bad", "-"), good, {"bad": bad, "good": good}, kind="invalid")


def errors(rng):
    held = {"a": text(rng, 20), "sub/b": b"x\n"}
    usage = [
        ["-x"], ["-lq"], ["--lines"], ["--top"], ["--top", "x"], ["--top=-1"], ["--top="], ["--top", "1234567"],
        ["--top", "\u0663"], ["-l", "--Top=3"], ["a", "-W"], ["---"], ["--top=1 "], ["-l-"],
    ]
    data = [["nothing"], ["sub"], ["a", "nothing"], ["sub", "a", "sub/b"], ["-lL", "a", "gone", "-"], ["--", "-l", "a"], ["a/b"]]
    args = rng.choice(usage) if rng.random() < 0.6 else rng.choice(data)
    return Case("errors", tuple(args), text(rng, 5), held, kind="invalid")


def cases(rng):
    for make in (counts, options, words, unicode, columns, top, files, empty, broken, errors):
        for _ in range(EACH):
            yield make(rng)
