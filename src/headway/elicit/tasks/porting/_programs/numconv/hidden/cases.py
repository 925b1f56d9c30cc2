"""Cases of numconv.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

from case import Case

NAME = "numconv"
BUILD = ["gcc", "-O2", "-o", "reference/main", "reference/main.c"]
COMMAND = ["reference/main"]
EACH = 30

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PARTS = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
         (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
MARKS = {2: "0b", 8: "0o", 16: "0x"}


def size(rng):
    most = 1 << rng.choice([4, 8, 12, 16, 31, 32, 33, 53, 54, 63, 64])
    return rng.choice([rng.randrange(most), rng.randrange(most), most - 1, 0])


def text(value, base):
    out = ""
    while value or not out:
        value, digit = divmod(value, base)
        out = DIGITS[digit] + out
    return out


def roman(value):
    out = ""
    for part, letters in PARTS:
        out += letters * (value // part)
        value %= part
    return out or "N"


def mixed(rng, word):
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in word)


def under(rng, word):
    return "".join(c + ("_" if rng.random() < 0.3 and i < len(word) - 1 else "") for i, c in enumerate(word))


def told(rng, flags, numbers, cluster, kind="valid"):
    """As arguments or on standard input."""
    if rng.random() < 0.5:
        guard = ("--",) if any(n.startswith("-") for n in numbers) or rng.random() < 0.2 else ()
        return Case(cluster, (*flags, *guard, *numbers), kind=kind)
    ends = rng.choice(["\n", "\n", "\r\n"])
    return Case(cluster, tuple(flags), (ends.join(numbers) + rng.choice(["", ends])).encode(), kind=kind)


def bases(rng):
    one, two = rng.randrange(2, 37), rng.choice([2, 8, 10, 16, rng.randrange(2, 37)])
    numbers = [rng.choice(["", "", "-", "+"]) + mixed(rng, text(size(rng), one)) for _ in range(rng.randrange(1, 8))]
    flags = ["-f", str(one), *(["-t", str(two)] if rng.random() < 0.8 else []), *(["-u"] if rng.random() < 0.3 else [])]
    return told(rng, flags, numbers, "bases")


def auto(rng):
    numbers = []
    for _ in range(rng.randrange(1, 8)):
        base = rng.choice([2, 8, 10, 16])
        numbers.append(rng.choice(["", "", "-", "+"]) + rng.choice([str.lower, str.upper])(MARKS.get(base, "")) + text(size(rng), base))
    flags = ["-t", rng.choice(["bin", "oct", "dec", "hex", "36", "7"])]
    return told(rng, flags, numbers, "auto")


def from_roman(rng):
    values = [rng.choice([rng.randrange(4000), rng.randrange(50), 3999, 0]) for _ in range(rng.randrange(1, 9))]
    flags = rng.choice([[], ["-f", "roman"], ["-f", "auto", "-t", "hex"], ["-t", "2"], ["-v"]])
    return told(rng, flags, [mixed(rng, roman(v)) for v in values], "from-roman")


def to_roman(rng):
    values = [str(rng.choice([rng.randrange(4000), rng.randrange(60), 3999, 4000, 0, -1, 1 << 40])) for _ in range(rng.randrange(1, 9))]
    flags = ["-t", "roman", *rng.choice([[], ["-v"], ["-g", "-p", "-u"], ["-w", "6"], ["-b", "16"]])]
    return told(rng, flags, values, "to-roman", "edge")


def shape(rng):
    flags = []
    for letter in rng.sample("gpuw", rng.randrange(1, 5)):
        flags += ["-" + letter, *([str(rng.choice([0, 1, 4, 7, 8, 12, 21, 64, 80]))] if letter == "w" else [])]
    flags += ["-t", rng.choice(["bin", "oct", "dec", "hex", "36", "3", "16", "8"])]
    numbers = [rng.choice(["", "-"]) + str(size(rng)) for _ in range(rng.randrange(1, 7))]
    return told(rng, flags, numbers, "shape")


def twos(rng):
    bits = rng.choice([8, 16, 32, 64])
    edges = [1 << bits, (1 << bits) - 1, 1 << (bits - 1), (1 << (bits - 1)) + 1, (1 << (bits - 1)) - 1, 1, 0]
    numbers = []
    for _ in range(rng.randrange(1, 7)):
        value = rng.choice([*edges, rng.randrange(1 << bits), rng.randrange(1 << (bits - 1))])
        numbers.append(rng.choice(["-", "-", ""]) + str(value))
    flags = ["-b", str(bits), "-t", rng.choice(["hex", "bin", "10"]), *rng.choice([[], ["-g"], ["-p", "-u"], ["-w", "20"]])]
    return told(rng, flags, numbers, "twos-complement", "edge")


def digits(rng):
    """Underscores, prefixes and digits, right and wrong."""
    numbers = []
    for _ in range(rng.randrange(2, 8)):
        good = under(rng, text(size(rng), rng.choice([2, 8, 10])))
        numbers.append(rng.choice([
            good, good, "_" + good, good + "_", good + "__1", "0x_" + good, "+_" + good, "0x", "0b", "0", "-", "+", "-0", "+0x0", "0b2", "0o8", "0b1",
            "0xg", "1.5", "1e3", "--1", "+-1", "1 2", "00012", "0x00ff", "9a", "é", "１", "0x", "0B101", "0O17", "12,0", "0_x1", "0_0",
        ]))
    flags = rng.choice([[], [], ["-f", "16"], ["-f", "hex", "-t", "hex"], ["-f", "bin"], ["-f", "8"], ["-f", "36"], ["-f", "10"], ["-v"]])
    return told(rng, flags, numbers, "digits", "edge")


def numerals(rng):
    """Numerals that are none."""
    numbers = []
    for _ in range(rng.randrange(1, 7)):
        good = list(roman(rng.randrange(1, 4000)))
        at = rng.randrange(len(good))
        match rng.randrange(5):
            case 0: good.insert(at, rng.choice("IVXLCDM"))
            case 1: good[at] = rng.choice("IVXLCDMN")
            case 2: good.reverse()
            case 3: good.insert(at, rng.choice("A1- N"))
            case 4: good = list(rng.choice(["IIII", "VX", "IC", "MMMM", "IVI", "XCX", "IL", "DD", "LL", "VV", "NN", "IXI", "CMC", "MMMMMMMMMMMMMMMMMM"]))
        numbers.append("".join(good))
    flags = rng.choice([[], ["-f", "roman"], ["-v"]])
    return told(rng, flags, numbers, "numerals", "invalid")


def lines(rng):
    parts = []
    for _ in range(rng.randrange(0, 14)):
        parts.append(rng.choice([
            b"", b" ", b"\t\r", b"# note", b"  #x", b"\r# y", b" 12 ", b"\t0x1f\t", b"7\r", b"\r7", b"xiv", b"12 # no", b"\xff\xfe", b"1\x002", b"-9", b"\xc3\xa9", b"\v5", b"5\f",
            b"+3 \t\r", str(size(rng)).encode(),
        ]))
    return Case("lines", rng.choice([(), ("-v",), ("-v", "-t", "16"), ("--",), ("-t", "roman", "-v")]), b"\n".join(parts) + rng.choice([b"", b"\n"]), kind="edge")


def errors(rng):
    usage = [
        ["-x"], ["-gp"], ["-t"], ["-f"], ["-w"], ["-b"], ["-t", "auto", "1"], ["-t", "1", "1"], ["-t", "37", "1"], ["-f", "02", "1"], ["-w", "81"], ["-w", "-1"], ["-w", "007"],
        ["-b", "7"], ["-b", "0", "5"], ["-b", "128"], ["-f", "HEX"], ["-t", "Roman", "4"], ["--to", "10"], ["-t10", "5"], ["-f", ""], ["-w", " 5"], ["-v", "-é"], ["-f", "+8", "1"],
    ]
    data = [
        ["18446744073709551616"], ["-18446744073709551616", "1"], ["-5", "-t"], ["-"], [""], ["99999999999999999999999999z"], ["-t", "roman", "4000", "iiii"], ["-f", "36", "zzzzzzzzzzzzzzz"], ["1", "-g", "2"],
        ["-f", "2", "0x1"], ["5", "--"], ["--", "-v"], ["0x10000000000000000", "0xffffffffffffffff"], [" ", "3"], ["-w", "80", "7"], ["-t", "2", "-t", "16", "255"], ["-b", "8", "-b", "16", "-300"],
    ]
    args = rng.choice(usage) if rng.random() < 0.5 else rng.choice(data)
    return Case("errors", tuple(args), b"12\n", kind="invalid")


def cases(rng):
    for make in (bases, auto, from_roman, to_roman, shape, twos, digits, numerals, lines, errors):
        for _ in range(EACH):
            yield make(rng)
