"""Cases of csvcut.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

from case import Case

NAME = "csvcut"
COMMAND = ["python3", "reference/main.py"]
EACH = 27

NAMES = ["id", "name", "town", "price", "qty", "note", "a:b", "a:n", "2", "=x", "-", "Größe", "x y", "first", "up"]
WORDS = ["oak", "elm", "Ash", "fir", "pine", "oakwood", "", "lime", "yew", "beech", "Öl", "ash", "el", "ox\0", "k=v", "a~b"]
ODD = ['say "hi"', "a,b", "two\nlines", "crlf\r\nin", " lead", "trail ", "\ttab", '"', '""', ",", "\n", "a;b", "mid\rdle", "", "ends\r"]
NUMBERS = [
    "0", "-0", "1", "2", "10", "9", "-3", "-12", "2.5", "2.50", "+7", "007", ".5", "5.", "-.25", "1e3", "", "n/a",
    "99999999999999999999", "100000000000000000000", "0.1000000000000000000001", "0.1", "-99999999999999999999.5", "1.2.3", ".", "+", " 4",
]


def quoted(field, delimiter, rng, often=0.1):
    if any(c in field for c in (delimiter, '"', "\n", "\r")) or rng.random() < often:
        return '"' + field.replace('"', '""') + '"'
    return field


def written(rows, rng, delimiter=",", end="\n", often=0.1):
    lines = []
    for row in rows:
        if row == [""]:
            lines.append('""')
        else:
            lines.append(delimiter.join(quoted(field, delimiter, rng, often) for field in row))
    text = end.join(lines)
    return (text + end if rng.random() < 0.8 else text).encode()


def table(rng, pools, rows=None):
    """A header and rows, one column for each pool."""
    names = rng.sample(NAMES[:6], len(pools))
    count = rng.choice([1, 3, 8, 20, 60]) if rows is None else rows
    return [names, *([rng.choice(pool) for pool in pools] for _ in range(count))]


def item(rng, names, places=0.5):
    if rng.random() < places:
        return str(rng.randrange(1, len(names) + 1))
    name = rng.choice(names)
    return "=" + name if name.isdigit() or name.startswith("=") or rng.random() < 0.15 else name


def select(rng):
    rows = table(rng, [WORDS, NUMBERS, WORDS, WORDS][: rng.randrange(2, 5)], rng.choice([2, 5, 12]))
    rows[0] = rng.sample(NAMES, len(rows[0]))
    width = len(rows[0])
    chosen = []
    for _ in range(rng.randrange(1, 4)):
        one, other = rng.randrange(1, width + 1), rng.randrange(1, width + 1)
        chosen.append(rng.choice([item(rng, rows[0]), f"{one}-{other}", f"{one}-", f"-{other}", item(rng, rows[0])]))
    args = ["-c", ",".join(chosen)]
    if rng.random() < 0.25:
        args.append("-x")
    if rng.random() < 0.25:
        args.append("-N")
    return Case("select", tuple(args), written(rows, rng))


def quoting(rng):
    rows = table(rng, [ODD, WORDS + ODD, ODD][: rng.randrange(1, 4)], rng.randrange(1, 9))
    args = rng.choice([[], ["-t"], ["-c", "1"], ["-H"], ["-D", ";"], ["-D", "\\t"], ["-c", "1,1"]])
    return Case("quoting", tuple(args), written(rows, rng, end=rng.choice(["\n", "\r\n"]), often=0.3), kind="edge")


def filters(rng):
    rows = table(rng, [WORDS, WORDS, NUMBERS])
    args = []
    for _ in range(rng.randrange(1, 4)):
        column = item(rng, rows[0])
        word = rng.choice(WORDS)
        sign = rng.choice(["==", "!=", "~", "!~", "^"])
        args += ["-w", column + sign + word.replace("\0", "")[: rng.choice([1, 2, 9])]]
    if rng.random() < 0.5:
        args.append("-A")
    if rng.random() < 0.3:
        args.append("-N")
    return Case("filters", tuple(args), written(rows, rng))


def numbers(rng):
    rows = table(rng, [WORDS, NUMBERS, NUMBERS])
    value = rng.choice([n for n in NUMBERS if n not in ("1e3", "", "n/a", "1.2.3", ".", "+", " 4")])
    args = ["-w", rng.choice(["2", "3", rows[0][1]]) + rng.choice(["<", "<=", ">", ">="]) + value]
    if rng.random() < 0.4:
        args += ["-w", rng.choice(["2<10", "3>=-3", "3<.5", "2>0", "3<=100000000000000000000"])]
    return Case("numbers", tuple(args), written(rows, rng))


def sorting(rng):
    rows = table(rng, [WORDS[:7], NUMBERS, WORDS])
    if rng.random() < 0.3:
        rows[0] = rng.sample(NAMES, 3)
    found = []
    for _ in range(rng.randrange(1, 4)):
        found.append(item(rng, rows[0]) + rng.choice(["", ":n", ":r", ":nr", ":n", ":rnn"]))
    args = ["-s", ",".join(found)]
    if rng.random() < 0.3:
        args.append("-N")
    return Case("sorting", tuple(args), written(rows, rng))


def unique(rng):
    rows = table(rng, [WORDS[:4], WORDS[:3], ["1", "2"]], rng.choice([10, 40]))
    args = ["-u"]
    args += rng.choice([[], ["-c", "2"], ["-c", "1,3"], ["-s", "2:r"], ["-x", "-c", "1"], ["-N"], ["-N", "-c", "3,2"]])
    if rng.random() < 0.5:
        args += ["-n", str(rng.choice([0, 1, 3, 999999999]))]
    if rng.random() < 0.4:
        args += ["-k", str(rng.choice([0, 1, 2, 50]))]
    if rng.random() < 0.3:
        args.append("-H")
    return Case("unique", tuple(args), written(rows, rng))


def delimiters(rng):
    mark = rng.choice([";", "\t", "|", ":", " ", "0", "x"])
    words = [w.replace("\0", "") for w in WORDS] + ["1x0", ",", "a b"]
    rows = table(rng, [words, NUMBERS, words], rng.randrange(1, 9))
    args = ["-d", "\\t" if mark == "\t" else mark]
    if rng.random() < 0.6:
        args += ["-D", rng.choice([";", "\\t", "|", " ", "0", ","])]
    if rng.random() < 0.4:
        args += ["-t"]
    return Case("delimiters", tuple(args), written(rows, rng, mark), kind="edge")


def shapes(rng):
    """Blank lines, short records, ends of line, marks of byte order, nothing at all."""
    rows = table(rng, [WORDS, NUMBERS, WORDS], rng.randrange(0, 6))
    body = written(rows, rng, end=rng.choice(["\n", "\r\n", "\n\n", "\r\n\r\n", "\n\r\n"]))
    how = rng.randrange(7)
    args = rng.choice([[], ["-H"], ["-c", "1"], ["-f"], ["-f", "-t"], ["-N"]])
    if how == 0:
        body = b"\xef\xbb\xbf" + body
    elif how == 1:
        body, args = rng.choice([b"", b"\n", b"\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"]), [*args, "-s", "gone"]
    elif how == 2:
        body = rng.choice([b'""', b'""\n', b'a\n""\nb\n', b'a\n\n""\r\n', b"\r", b"a\nb\r", b"a\r", b'"a"\r\nb', b'a\n" "\n', b"a\n \n"])
        args = rng.choice([[], ["-t"], ["-H"], ["-H", "-u"]])
    elif how == 3:
        body, args = body.rstrip(b"\r\n") + b"\n" + rng.choice([b"only\n", b"x,", b"x,y", b"\"q\",", b"x,,"]), [*args, "-f"]
    elif how == 4:
        body = b"\n\n" + body
    return Case("shapes", tuple(args), body, kind="edge")


def broken(rng):
    rows = table(rng, [WORDS, WORDS, ODD], rng.randrange(1, 8))
    body = written(rows, rng)
    how = rng.randrange(6)
    args = rng.choice([[], ["-H"], ["-c", "1"], ["-f"]])
    if how < 3:
        tail = [b'a"b,c,d\n', b'x,"open\n', b'"a"b,c,d\n', b'"a" ,b,c\n', b'a,b,c"', b'"a"\rb,c,d', b'"', b'a, "b",c\n', b'"a"\r', b'a"b,"open']
        body = body.rstrip(b"\r\n") + b"\n" + rng.choice(tail)
    elif how == 3:
        body = body.rstrip(b"\r\n") + b"\n" + rng.choice([b"x\n", b"a,b\n", b"a,b,c,d\n", b"a,b,c,\n", b"\"\"\n"]) + b"1,2,3\n"
    else:
        bad = ["0", "4", "nope", "1-9", "0-2", "99999999999999999999999", "=1", "4-", "-0", "4294967297", "1--2"]
        args = rng.choice([["-c", rng.choice(bad)], ["-s", "nope:n"], ["-w", "9==1"], ["-s", "0"], ["-H", "-c", "name"], ["-x", "-c", "1-"], ["-c", "1,nope"]])
    return Case("broken", tuple(args), body, kind="invalid")


def wrong(rng):
    bad = [
        ["-c"], ["-c", ""], ["-c", "1,,2"], ["-c", "="], ["-w", "price"], ["-w", "==x"], ["-w", "price<x"], ["-w", "price>="],
        ["-w", "a<1e3"], ["-s", ""], ["-s", ":n"], ["-s", "a,"], ["-d", ""], ["-d", "ab"], ["-d", '"'], ["-D", "\\n"], ["-d", "é"],
        ["-n", "x"], ["-n", "-1"], ["-k", ""], ["-n", "1234567890"], ["-x"], ["-q"], ["file"], ["--"], ["-xH", "-c", "1"], ["-u", "-k"],
        ["-w", "=~x"], ["-s", "=:r"], ["-d", "\t"], ["-n", "+1"], ["-n", "\u0663"], ["-w", ""], ["-H", ""], ["-w", "a< 1"],
    ]
    return Case("wrong", tuple(rng.choice(bad)), b"a,b\n1,2\n", kind="invalid")


def cases(rng):
    for make in (select, quoting, filters, numbers, sorting, unique, delimiters, shapes, broken, wrong):
        for _ in range(EACH):
            yield make(rng)
